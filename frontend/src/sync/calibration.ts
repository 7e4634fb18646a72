/**
 * What this browser's player does with a command, measured while it plays: how old its readings are, what a pulse of the
 * rate really moves, and how precisely a launch lands. From that follows the method of correction. Pure; the owner keeps
 * the traits beyond the life of the page. Measured in docs/browsers.md; nothing here knows a browser's name.
 */
import { median } from "./clock";

export interface PlayerTraits {
  /** The player renews its position in steps of this length, so that a reading is up to this old; 0: always fresh. */
  renewal_ms: number;
  /** What the last pulses moved beyond what was requested, where the player rested at the room's rate. */
  exactLosses_ms: number[];
  /** The same where the player rested beside the room's rate. */
  nearLosses_ms: number[];
  /** How far from its target each of the last launches landed. */
  launchErrors_ms: number[];
  /** What the last short pauses moved beyond what was requested. */
  holdLosses_ms: number[];
}

export const UNKNOWN_TRAITS: PlayerTraits = {
  renewal_ms: 0,
  exactLosses_ms: [],
  nearLosses_ms: [],
  launchErrors_ms: [],
  holdLosses_ms: [],
};

/**
 * `exact_pulses`: between pulses the rate is the room's. `near_pulses`: it is never exactly the room's. `launches`: no
 * pulses; a player that is ahead is paused for a moment, one that is behind seeks, waits and starts again.
 */
export type Method = "exact_pulses" | "near_pulses" | "launches";

export interface Strategy {
  method: Method;
  /** Readings per measurement: the first ones after a launch, and later ones. */
  firstWindow: number;
  fullWindow: number;
  /** A throttled page has few readings; whether three over a longer time are enough. */
  mayBeSparse: boolean;
  /** To be added to the average reading, which is this old. */
  age_ms: number;
  /** An error below this is left alone. */
  leastError_ms: number;
  /** The same for a player that is ahead, where a short pause corrects it. */
  leastLead_ms: number;
  /** The rate between pulses, relative to the room's. */
  restFactor: number;
}

/** A reading of the position, with the local time at which it was taken. */
export interface Reading {
  at_ms: number;
  position_s: number;
}

/** Firefox discards some 24 ms of sound whenever its rate returns to exactly 1; here it drifts 0.6 ms per minute. */
const BESIDE = 1.00001;
const KEPT = 3;
/** One pulse may have met a busy processor; two alike are a trait. */
const EVIDENCE = 2;
const STALE_MS = 10;
/** Chromium loses 20 ms per pulse if its pitch correction cannot be switched off, but only at exactly the rate 1. */
const EXACT_LOSS_MS = 10;
const NEAR_LOSS_MS = 30;
const HOPELESS_LOSS_MS = 60;
const LAUNCH_BAND_MS = { least: 20, most: 36 };
/** A shorter pause is not worth the gap in the sound. */
const LEAST_HOLD_MS = 15;
/** Of what a launch typically misses: a launch for less would rarely be better than the one before. */
const LAUNCH_RESERVE = 1.5;
/** Eight readings in 30 ms steps meet a renewal of 41 ms at random phases; four times as many average that out. */
const STALE_WINDOW = { first: 12, full: 24 };
const FRESH_WINDOW = { first: 5, full: 8 };
/** Of the renewal: how far the average of a long window is off. */
const STALE_NOISE = 0.2;

export function methodFor(traits: PlayerTraits, mayPulse = true): Method {
  const exact_ms = typical_ms(traits.exactLosses_ms);
  const near_ms = typical_ms(traits.nearLosses_ms);
  const hopeless = exact_ms > HOPELESS_LOSS_MS || near_ms > NEAR_LOSS_MS;
  if (!mayPulse || hopeless) return "launches";
  const near = traits.renewal_ms > STALE_MS || exact_ms > EXACT_LOSS_MS;
  return near ? "near_pulses" : "exact_pulses";
}

export function strategyFor(traits: PlayerTraits, mayPulse = true): Strategy {
  const method = methodFor(traits, mayPulse);
  const stale = traits.renewal_ms > STALE_MS;
  const window = stale ? STALE_WINDOW : FRESH_WINDOW;
  const noise_ms = stale ? STALE_NOISE * traits.renewal_ms : 0;
  return {
    method,
    firstWindow: window.first,
    fullWindow: window.full,
    mayBeSparse: !stale,
    age_ms: stale ? traits.renewal_ms / 2 : 0,
    leastError_ms: method === "launches" ? launchBand_ms(traits) : noise_ms,
    leastLead_ms: method === "launches" ? LEAST_HOLD_MS : noise_ms,
    restFactor: method === "exact_pulses" || !mayPulse ? 1 : BESIDE,
  };
}

function launchBand_ms({ launchErrors_ms }: PlayerTraits): number {
  const typical = launchErrors_ms.length === 0 ? 0 : median(launchErrors_ms.map(Math.abs));
  return Math.min(LAUNCH_BAND_MS.most, Math.max(LAUNCH_BAND_MS.least, LAUNCH_RESERVE * typical));
}

/** The size of what recent pulses had in common; 0 without evidence. Random errors cancel out. */
function typical_ms(losses_ms: number[]): number {
  return losses_ms.length < EVIDENCE ? 0 : Math.abs(median(losses_ms));
}

const MIN_READINGS = 8;
/** The share of readings that repeat the one before. A single repetition is a hiccup. */
const REPEATED = 0.15;
/** Readings further apart cannot show that a player renews its position every 41 ms. */
const CLOSE_MS = 36;

/** How often the player renews its position; null if these readings do not show it. They are of one rate, without a seek. */
export function renewalOf(readings: Reading[]): number | null {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined || readings.length < MIN_READINGS) return null;
  const gaps = readings.slice(1).map((one, i) => {
    const before = readings[i] ?? first;
    return { long_ms: one.at_ms - before.at_ms, repeated: one.position_s === before.position_s };
  });
  const repeated = gaps.filter((gap) => gap.repeated).length;
  const renewed = gaps.length - repeated;
  if (repeated > 1 && repeated >= REPEATED * gaps.length) {
    return renewed === 0 ? null : (last.at_ms - first.at_ms) / renewed;
  }
  return Math.max(...gaps.map((gap) => gap.long_ms)) <= CLOSE_MS ? 0 : null;
}

/** Keeps the traits current while the player plays. */
export class Calibration {
  #traits: PlayerTraits;
  #freshWindows = 0;
  /** False for a player whose rate must not be touched, such as a native HLS player. */
  mayPulse = true;

  constructor(traits: PlayerTraits = UNKNOWN_TRAITS) {
    this.#traits = traits;
  }

  get traits(): PlayerTraits {
    return this.#traits;
  }

  get strategy(): Strategy {
    return strategyFor(this.#traits, this.mayPulse);
  }

  /** Readings of one window. Once stale, it takes two windows to be called fresh again. */
  read(readings: Reading[]): void {
    const renewal_ms = renewalOf(readings);
    if (renewal_ms === null) return;
    this.#freshWindows = renewal_ms > 0 ? 0 : this.#freshWindows + 1;
    const { renewal_ms: known_ms } = this.#traits;
    if (renewal_ms === 0 && (known_ms === 0 || this.#freshWindows < 2)) return;
    const changed = known_ms === 0 || renewal_ms === 0;
    const next_ms = changed ? renewal_ms : known_ms + 0.2 * (renewal_ms - known_ms);
    this.#traits = { ...this.#traits, renewal_ms: next_ms };
  }

  /** A pulse moved the player by `loss_ms` more than requested. */
  pulsed(method: Method, loss_ms: number): void {
    const which = method === "exact_pulses" ? "exactLosses_ms" : "nearLosses_ms";
    this.#remember(which, loss_ms);
  }

  launched(error_ms: number): void {
    this.#remember("launchErrors_ms", error_ms);
  }

  held(loss_ms: number): void {
    this.#remember("holdLosses_ms", loss_ms);
  }

  /** How long to pause a player that is `ahead_ms` ahead: starting again takes a moment, too. */
  holdFor_ms(ahead_ms: number): number {
    const { holdLosses_ms } = this.#traits;
    const loss_ms = holdLosses_ms.length === 0 ? 0 : median(holdLosses_ms);
    return Math.max(0, ahead_ms + Math.min(0, loss_ms));
  }

  #remember(which: Exclude<keyof PlayerTraits, "renewal_ms">, sample_ms: number) {
    const kept = [...this.#traits[which], sample_ms].slice(-KEPT);
    this.#traits = { ...this.#traits, [which]: kept };
  }
}

/**
 * Corrects drift while the film plays: measures the error at the room's rate, corrects it, and measures again. Where a
 * pulse is exact it plays slightly faster or slower for as long as it takes to remove the error; elsewhere it requests a
 * short pause or a new launch. Pure: positions in, corrections out; `Calibration` says what the player can do, `SyncController` turns
 * corrections into actions, which `SyncEngine` carries out.
 *
 * A pulse is exact only with `preservesPitch = false`. With Chromium's pitch correction every change from
 * or to rate 1 loses about 20 ms, and the loop would never settle.
 */
import { Calibration, type Method, type Strategy } from "./calibration";
import { median } from "./clock";
import { CorrectionGuard } from "./correctionGuard";

export interface DriftSample {
  now_ms: number;
  /** The position as the player reports it. */
  position_s: number;
  /** Position minus target, in film milliseconds: positive is ahead. */
  error_ms: number;
  uncertainty_ms: number;
  /** The room's own rate; pulses are relative to it. */
  rate: number;
  /** False while the launch budget is used up: then only pulses remain. */
  mayJump: boolean;
}

export type Correction =
  | { kind: "none" }
  | { kind: "pulse"; rate: number }
  | { kind: "settle" }
  /** Pause until `until_ms`, a local time; a "settle" follows. */
  | { kind: "hold"; until_ms: number }
  | { kind: "jump" };

const NONE: Correction = { kind: "none" };
const SETTLE_MS = 250;
const MAX_PULSE_MS = 3_000;
const JUMP_ABOVE_MS = 500;
/** After a stall the picture has stopped anyway, so a jump disturbs less. */
const JUMP_AFTER_STALL_MS = 150;
/** A throttled page gets few samples; three over this span are as good. */
const SPARSE_WINDOW = 3;
const SPARSE_SPAN_MS = 600;
/** Readings this far apart in one window are not fresh; more of them show whether the player renews them in steps. */
const SUSPICIOUS_SPREAD_MS = 10;
const LONGER_WINDOW = 12;

/** The larger the error, the stronger the pulse: 1 % is 17 cents of pitch, inaudible in speech. */
const STRENGTHS = [
  { up_to_ms: 30, strength: 0.01 },
  { up_to_ms: 100, strength: 0.03 },
  { up_to_ms: Number.POSITIVE_INFINITY, strength: 0.05 },
];
/** The first corrections after a launch are quick: the sound has only just begun. */
const FIRST_STRENGTH = 0.05;
const FIRST_CORRECTIONS = 2;

interface WindowReading {
  at_ms: number;
  position_s: number;
  error_ms: number;
}

export class DriftController {
  readonly #calibration: Calibration;
  readonly #guard = new CorrectionGuard();
  #window: WindowReading[] = [];
  #settledAt_ms = 0;
  #pulseUntil_ms: number | null = null;
  /** The last pulse or short pause, until its effect has been measured. */
  #pulse: { method: Method; leaves_ms: number } | null = null;
  #measurements = 0;
  #stalled = false;
  #jumped = false;
  #measured_ms: number | null = null;
  #deadBand_ms = 0;

  constructor(calibration = new Calibration()) {
    this.#calibration = calibration;
  }

  /** The last measured error, for display. */
  get measured_ms(): number | null {
    return this.#measured_ms;
  }

  /** Errors below this are left alone; `widened` because corrections have not helped. */
  get tolerance(): { deadBand_ms: number; widened: boolean } {
    const floor_ms = this.#guard.floor_ms;
    return {
      deadBand_ms: this.#deadBand_ms,
      widened: floor_ms >= this.#deadBand_ms && floor_ms > 0,
    };
  }

  /** The local time at which the current pulse has removed its error. */
  get pulseUntil_ms(): number | null {
    return this.#pulseUntil_ms;
  }

  /** The player has just been started at its position. */
  launched(now_ms: number): void {
    this.#reset(now_ms);
    this.#forgetPulse();
    this.#jumped = false;
    this.#measurements = 0;
    this.#measured_ms = null;
  }

  stalled(now_ms: number): void {
    this.#reset(now_ms);
    this.#forgetPulse();
    this.#stalled = true;
  }

  /** The room's rate changed: earlier measurements are void. */
  rateChanged(now_ms: number): void {
    this.#reset(now_ms);
    this.#forgetPulse();
  }

  step(sample: DriftSample): Correction {
    const { now_ms } = sample;
    if (this.#pulseUntil_ms !== null) {
      if (now_ms < this.#pulseUntil_ms) return NONE;
      this.#reset(now_ms);
      return { kind: "settle" };
    }
    if (now_ms < this.#settledAt_ms) return NONE;
    const { position_s, error_ms } = sample;
    this.#window.push({ at_ms: now_ms, position_s, error_ms });
    if (!this.#hasEnough()) return NONE;
    this.#calibration.read(this.#window);
    // The readings may have changed the strategy to one that needs more of them.
    if (!this.#hasEnough()) return NONE;
    const measured_ms = average(this.#window, this.#calibration.strategy, sample.rate);
    this.#window = [];
    this.#measured_ms = measured_ms;
    return this.#correct(measured_ms, sample);
  }

  #correct(error_ms: number, { now_ms, uncertainty_ms, rate, mayJump }: DriftSample): Correction {
    const size_ms = Math.abs(error_ms);
    this.#learn(error_ms);
    const { method, leastError_ms, leastLead_ms } = this.#calibration.strategy;
    const least_ms = error_ms > 0 ? leastLead_ms : leastError_ms;
    const band_ms = Math.max(deadBand_ms(uncertainty_ms), least_ms);
    this.#guard.measured(error_ms, band_ms, now_ms);
    this.#deadBand_ms = Math.max(band_ms, this.#guard.floor_ms);
    const jumpAbove_ms = this.#stalled ? JUMP_AFTER_STALL_MS : JUMP_ABOVE_MS;
    this.#measurements += 1;
    this.#stalled = false;
    if (size_ms < this.#deadBand_ms) return NONE;
    const mayHold = method === "launches" && error_ms > 0 && size_ms <= jumpAbove_ms;
    if (mayHold) return this.#hold(error_ms, now_ms, rate);
    if (size_ms > jumpAbove_ms || method === "launches") {
      if (mayJump) return this.#jump(error_ms, now_ms);
      if (method === "launches") return NONE;
    }
    this.#guard.corrected(error_ms, now_ms);
    const strength =
      this.#measurements <= FIRST_CORRECTIONS ? FIRST_STRENGTH : strengthFor(size_ms);
    const for_ms = Math.min(MAX_PULSE_MS, size_ms / (strength * rate));
    const direction = Math.sign(error_ms);
    this.#pulseUntil_ms = now_ms + for_ms;
    this.#pulse = { method, leaves_ms: error_ms - direction * strength * rate * for_ms };
    return { kind: "pulse", rate: rate * (1 - direction * strength) };
  }

  #jump(error_ms: number, now_ms: number): Correction {
    this.#guard.corrected(error_ms, now_ms);
    this.#jumped = true;
    return { kind: "jump" };
  }

  #hold(error_ms: number, now_ms: number, rate: number): Correction {
    this.#guard.corrected(error_ms, now_ms);
    const for_ms = this.#calibration.holdFor_ms(error_ms / rate);
    this.#pulseUntil_ms = now_ms + for_ms;
    this.#pulse = { method: "launches", leaves_ms: error_ms - for_ms * rate };
    return { kind: "hold", until_ms: this.#pulseUntil_ms };
  }

  #learn(error_ms: number): void {
    if (this.#pulse === null) return;
    const { method, leaves_ms } = this.#pulse;
    if (method === "launches") this.#calibration.held(error_ms - leaves_ms);
    else this.#calibration.pulsed(method, error_ms - leaves_ms);
    this.#pulse = null;
  }

  #forgetPulse(): void {
    this.#pulse = null;
    if (!this.#jumped) this.#guard.interrupted();
  }

  #hasEnough(): boolean {
    const { firstWindow, fullWindow, mayBeSparse } = this.#calibration.strategy;
    const count = this.#window.length;
    const oldest = this.#window[0];
    const newest = this.#window.at(-1);
    if (oldest === undefined || newest === undefined) return false;
    const wanted = this.#measurements < FIRST_CORRECTIONS ? firstWindow : fullWindow;
    const span_ms = newest.at_ms - oldest.at_ms;
    if (mayBeSparse && count >= SPARSE_WINDOW && span_ms >= SPARSE_SPAN_MS) return true;
    if (count < wanted) return false;
    return count >= LONGER_WINDOW || spread_ms(this.#window) <= SUSPICIOUS_SPREAD_MS;
  }

  #reset(now_ms: number): void {
    this.#window = [];
    this.#pulseUntil_ms = null;
    this.#settledAt_ms = now_ms + SETTLE_MS;
  }
}

function spread_ms(window: WindowReading[]): number {
  const errors = window.map((one) => one.error_ms);
  return Math.max(...errors) - Math.min(...errors);
}

/** The error of the window. Stale readings are late by half a renewal on average, and their mean is steadier. */
function average(window: WindowReading[], { age_ms }: Strategy, rate: number): number {
  const errors = window.map((one) => one.error_ms);
  if (age_ms === 0) return median(errors);
  return errors.reduce((sum, one) => sum + one, 0) / errors.length + age_ms * rate;
}

function strengthFor(size_ms: number): number {
  return STRENGTHS.find((step) => size_ms <= step.up_to_ms)?.strength ?? FIRST_STRENGTH;
}

/** Below this, a correction would only chase the noise of the clock estimate. */
export function deadBand_ms(uncertainty_ms: number): number {
  return Math.min(4, Math.max(1, uncertainty_ms / 2));
}

const COOL_DOWN_MS = 3_000;
const MAX_PAUSE_MS = 60_000;
const STREAK_ENDS_AFTER_MS = 30_000;
const STREAK = 3;

/**
 * Limits how often a player may jump and restart when no command was sent. A device that is too slow would jump forever,
 * so the pause between jumps doubles after every third jump of a streak.
 */
export class LaunchBudget {
  #last_ms = Number.NEGATIVE_INFINITY;
  #streak = 0;

  mayLaunch(now_ms: number): boolean {
    return now_ms - this.#last_ms >= this.#pause_ms();
  }

  spend(now_ms: number): void {
    const calm = now_ms - this.#last_ms > Math.max(STREAK_ENDS_AFTER_MS, 2 * this.#pause_ms());
    this.#streak = calm ? 1 : this.#streak + 1;
    this.#last_ms = now_ms;
  }

  #pause_ms(): number {
    return Math.min(MAX_PAUSE_MS, COOL_DOWN_MS * 2 ** Math.floor(this.#streak / STREAK));
  }
}

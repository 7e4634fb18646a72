/**
 * Corrects drift while the film plays: measures the error at the room's rate, plays slightly faster or
 * slower for exactly as long as it takes to remove the error (a pulse), and measures again. Pure: positions in, rates out;
 * `SyncController` turns them into actions, which `SyncEngine` carries out.
 *
 * A pulse is exact only with `preservesPitch = false`. With Chromium's pitch correction every change from
 * or to rate 1 loses about 20 ms, and the loop would never settle.
 */
import { median } from "./clock";

export interface DriftSample {
  now_ms: number;
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
  | { kind: "settle"; rate: number }
  | { kind: "jump" };

const NONE: Correction = { kind: "none" };
const SETTLE_MS = 250;
const MAX_PULSE_MS = 3_000;
const JUMP_ABOVE_MS = 500;
/** After a stall the picture has stopped anyway, so a jump disturbs less. */
const JUMP_AFTER_STALL_MS = 150;
const FULL_WINDOW = 8;
const FIRST_WINDOW = 5;
/** A throttled page gets few samples; three over this span are as good. */
const SPARSE_WINDOW = 3;
const SPARSE_SPAN_MS = 600;

/** The larger the error, the stronger the pulse: 1 % is 17 cents of pitch, inaudible in speech. */
const STRENGTHS = [
  { up_to_ms: 30, strength: 0.01 },
  { up_to_ms: 100, strength: 0.03 },
  { up_to_ms: Number.POSITIVE_INFINITY, strength: 0.05 },
];
/** The first corrections after a launch are quick: the sound has only just begun. */
const FIRST_STRENGTH = 0.05;
const FIRST_CORRECTIONS = 2;

export class DriftController {
  #errors: { at_ms: number; error_ms: number }[] = [];
  #settledAt_ms = 0;
  #pulseUntil_ms: number | null = null;
  #measurements = 0;
  #stalled = false;
  #measured_ms: number | null = null;

  /** The last measured error, for display. */
  get measured_ms(): number | null {
    return this.#measured_ms;
  }

  /** The local time at which the current pulse has removed its error. */
  get pulseUntil_ms(): number | null {
    return this.#pulseUntil_ms;
  }

  /** The player has just been started at its position. */
  launched(now_ms: number): void {
    this.#reset(now_ms);
    this.#measurements = 0;
    this.#measured_ms = null;
  }

  stalled(now_ms: number): void {
    this.#reset(now_ms);
    this.#stalled = true;
  }

  /** The room's rate changed: earlier measurements are void. */
  rateChanged(now_ms: number): void {
    this.#reset(now_ms);
  }

  step(sample: DriftSample): Correction {
    const { now_ms, rate } = sample;
    if (this.#pulseUntil_ms !== null) {
      if (now_ms < this.#pulseUntil_ms) return NONE;
      this.#reset(now_ms);
      return { kind: "settle", rate };
    }
    if (now_ms < this.#settledAt_ms) return NONE;
    this.#errors.push({ at_ms: now_ms, error_ms: sample.error_ms });
    if (!this.#hasEnough()) return NONE;
    const error_ms = median(this.#errors.map((one) => one.error_ms));
    this.#errors = [];
    this.#measured_ms = error_ms;
    return this.#correct(error_ms, sample);
  }

  #correct(error_ms: number, { now_ms, uncertainty_ms, rate, mayJump }: DriftSample): Correction {
    const size_ms = Math.abs(error_ms);
    const jumpAbove_ms = this.#stalled ? JUMP_AFTER_STALL_MS : JUMP_ABOVE_MS;
    this.#measurements += 1;
    this.#stalled = false;
    if (size_ms > jumpAbove_ms && mayJump) return { kind: "jump" };
    if (size_ms < deadBand_ms(uncertainty_ms)) return NONE;
    const strength =
      this.#measurements <= FIRST_CORRECTIONS ? FIRST_STRENGTH : strengthFor(size_ms);
    const for_ms = Math.min(MAX_PULSE_MS, size_ms / (strength * rate));
    this.#pulseUntil_ms = now_ms + for_ms;
    return { kind: "pulse", rate: rate * (1 - Math.sign(error_ms) * strength) };
  }

  #hasEnough(): boolean {
    const count = this.#errors.length;
    const oldest = this.#errors[0];
    const newest = this.#errors.at(-1);
    if (count >= (this.#measurements < FIRST_CORRECTIONS ? FIRST_WINDOW : FULL_WINDOW)) return true;
    if (count < SPARSE_WINDOW || oldest === undefined || newest === undefined) return false;
    return newest.at_ms - oldest.at_ms >= SPARSE_SPAN_MS;
  }

  #reset(now_ms: number): void {
    this.#errors = [];
    this.#pulseUntil_ms = null;
    this.#settledAt_ms = now_ms + SETTLE_MS;
  }
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
 * How often a player may jump and start again by itself. A device that is too slow would jump forever, so
 * the pause between jumps doubles with every third jump of a streak.
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

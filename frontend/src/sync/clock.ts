/**
 * The room's clock as this browser knows it: local monotonic time plus an offset.
 * The offset comes from answered pings by split minima: the fastest ping of each
 * direction counts, not the fastest round trip, after the skew of the two clocks
 * has been taken out. It opens no socket and reads no clock; `session` feeds it.
 */

/** A ping that was answered. `c…` are local instants, `r` and `s` room instants. */
export interface ClockSample {
  sent_ms: number;
  room_received_ms: number;
  room_sent_ms: number;
  received_ms: number;
}

export interface ClockEstimate {
  offset_ms: number;
  uncertainty_ms: number;
  rtt_ms: number;
}

interface Leg {
  at_ms: number;
  /** offset + time on the way there */
  forward_ms: number;
  /** time on the way back − offset */
  backward_ms: number;
}

interface Fit {
  at_ms: number;
  offset_ms: number;
  skew: number;
  uncertainty_ms: number;
}

const WINDOW_MS = 45_000;
const USABLE_AFTER = 8;
/** Quartz clocks differ by tens of ppm: what we expect, and what we allow at most. */
const SKEW_PRIOR = 50e-6;
const SKEW_LIMIT = 200e-6;
/** How fast an old sample loses its worth when both clocks run wild. */
const AGEING = 80e-6;
const SLEW_MS = 1_000;
const STEP_ABOVE_MS = 10;
const CONTRADICTION_MS = 20;
/** A timer chain that stops for longer means sleep: clocks may have stopped, too. */
export const GAP_MS = 5_000;

export class RoomClock {
  #name: string | null = null;
  #legs: Leg[] = [];
  #fit: Fit | null = null;
  /** What the shown offset still lags behind the fit; fades over SLEW_MS. */
  #residual_ms = 0;
  #rtts_ms: number[] = [];

  get sampleCount(): number {
    return this.#legs.length;
  }

  reset(): void {
    this.#legs = [];
    this.#fit = null;
    this.#residual_ms = 0;
    this.#rtts_ms = [];
  }

  /** `name` is the pong's `clk`: another name is another clock, all we knew is void. */
  add(sample: ClockSample, name: string): void {
    const leg = {
      at_ms: sample.received_ms,
      forward_ms: sample.room_received_ms - sample.sent_ms,
      backward_ms: sample.received_ms - sample.room_sent_ms,
    };
    if (name !== this.#name || this.#contradicts(leg)) this.reset();
    this.#name = name;
    this.#legs.push(leg);
    this.#legs = this.#legs.filter((old) => leg.at_ms - old.at_ms <= WINDOW_MS);
    this.#rtts_ms = [...this.#rtts_ms.slice(-7), leg.forward_ms + leg.backward_ms];
    if (this.#legs.length >= USABLE_AFTER) this.#refit(leg.at_ms);
  }

  /** Room time at the local instant `now_ms`, or null while nothing is known. */
  roomTime(now_ms: number): number | null {
    return this.#fit === null ? null : now_ms + this.#offsetAt(this.#fit, now_ms);
  }

  estimate(now_ms: number): ClockEstimate | null {
    if (this.#fit === null) return null;
    return {
      offset_ms: this.#offsetAt(this.#fit, now_ms),
      uncertainty_ms: this.#fit.uncertainty_ms + AGEING * (now_ms - this.#fit.at_ms),
      rtt_ms: median(this.#rtts_ms),
    };
  }

  #refit(now_ms: number): void {
    const before_ms = this.#fit === null ? null : this.#offsetAt(this.#fit, now_ms);
    const fit = splitMinima(this.#legs, now_ms);
    const lag_ms = before_ms === null ? 0 : before_ms - fit.offset_ms;
    this.#residual_ms = Math.abs(lag_ms) < STEP_ABOVE_MS ? lag_ms : 0;
    this.#fit = fit;
  }

  #offsetAt(fit: Fit, now_ms: number): number {
    const age_ms = now_ms - fit.at_ms;
    const left = Math.max(0, 1 - Math.max(0, age_ms) / SLEW_MS);
    return fit.offset_ms + fit.skew * age_ms + this.#residual_ms * left;
  }

  /**
   * Physics bounds the offset by each sample: −backward ≤ offset ≤ forward. An
   * estimate outside of that means that one of the clocks jumped (sleep, failover).
   */
  #contradicts(leg: Leg): boolean {
    if (this.#fit === null) return false;
    const offset_ms = this.#offsetAt(this.#fit, leg.at_ms);
    return (
      offset_ms > leg.forward_ms + CONTRADICTION_MS || offset_ms < -leg.backward_ms - CONTRADICTION_MS
    );
  }
}

function splitMinima(legs: Leg[], now_ms: number): Fit {
  const skew = fitSkew(legs);
  let forward = { value_ms: Number.POSITIVE_INFINITY, at_ms: now_ms };
  let backward = forward;
  for (const leg of legs) {
    const shift_ms = skew * (now_ms - leg.at_ms);
    const there_ms = leg.forward_ms + shift_ms;
    const back_ms = leg.backward_ms - shift_ms;
    if (there_ms < forward.value_ms) forward = { value_ms: there_ms, at_ms: leg.at_ms };
    if (back_ms < backward.value_ms) backward = { value_ms: back_ms, at_ms: leg.at_ms };
  }
  const age_ms = now_ms - Math.min(forward.at_ms, backward.at_ms);
  return {
    at_ms: now_ms,
    offset_ms: (forward.value_ms - backward.value_ms) / 2,
    skew,
    uncertainty_ms: Math.max(0, forward.value_ms + backward.value_ms) / 2 + AGEING * age_ms,
  };
}

/**
 * Least squares on (forward − backward)/2, whose error is at most half of what the
 * round trip took longer than the best one: that is the weight. The prior keeps a
 * handful of samples from inventing a drift.
 */
function fitSkew(legs: Leg[]): number {
  const best_ms = Math.min(...legs.map((leg) => leg.forward_ms + leg.backward_ms));
  let [sw, sx, sy] = [0, 0, 0];
  const points = legs.map((leg) => {
    const excess_ms = leg.forward_ms + leg.backward_ms - best_ms;
    const w = 1 / (0.3 + excess_ms / Math.sqrt(12)) ** 2;
    const y = (leg.forward_ms - leg.backward_ms) / 2;
    sw += w;
    sx += w * leg.at_ms;
    sy += w * y;
    return { w, x: leg.at_ms, y };
  });
  const [meanX, meanY] = [sx / sw, sy / sw];
  let [sxx, sxy] = [0, 0];
  for (const { w, x, y } of points) {
    sxx += w * (x - meanX) ** 2;
    sxy += w * (x - meanX) * (y - meanY);
  }
  const skew = sxy / (sxx + 1 / SKEW_PRIOR ** 2);
  return Math.max(-SKEW_LIMIT, Math.min(SKEW_LIMIT, skew));
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const EAGER = { count: 20, every_ms: 60 };
const SETTLING = { count: 40, every_ms: 250 };

/** When to ask again: eagerly at first, then twice a second, seldom when nothing moves. */
export function pingInterval_ms(answered: number, moving: boolean): number {
  if (answered < EAGER.count) return EAGER.every_ms;
  if (answered < EAGER.count + SETTLING.count) return SETTLING.every_ms;
  return moving ? 500 : 5_000;
}

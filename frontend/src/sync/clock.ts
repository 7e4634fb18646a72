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

const WINDOW_MS = 120_000;
const USABLE_AFTER = 8;
/** Quartz clocks differ by tens of ppm: what we expect, and what we allow at most. */
const SKEW_PRIOR = 50e-6;
const SKEW_LIMIT = 200e-6;
/** How fast an old sample loses its worth when both clocks run wild. */
const AGEING = 80e-6;
const SEARCH_STEPS = 40;
const SLEW_MS = 1_000;
const STEP_ABOVE_MS = 10;
const CONTRADICTION_MS = 20;

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

  /**
   * After a gap (sleep, another network) only fresh samples count. The old offset is
   * used until there are enough of them: it is right unless this device slept deeply,
   * and then the first pong contradicts it.
   */
  doubt(): void {
    this.#legs = [];
    this.#rtts_ms = [];
  }

  /** `name` is the pong's `clk`: another name is another clock, all we knew is void. */
  add(sample: ClockSample, name: string): void {
    const leg = {
      at_ms: sample.received_ms,
      forward_ms: sample.room_received_ms - sample.sent_ms,
      backward_ms: sample.received_ms - sample.room_sent_ms,
    };
    if (name !== this.#name || this.#contradicts(leg)) {
      this.doubt();
      this.#fit = null;
    }
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
      offset_ms > leg.forward_ms + CONTRADICTION_MS ||
      offset_ms < -leg.backward_ms - CONTRADICTION_MS
    );
  }
}

function splitMinima(legs: Leg[], now_ms: number): Fit {
  const skew = fitSkew(legs, now_ms);
  const { forward, backward } = minima(legs, skew, now_ms);
  const age_ms = now_ms - Math.min(forward.at_ms, backward.at_ms);
  return {
    at_ms: now_ms,
    offset_ms: (forward.value_ms - backward.value_ms) / 2,
    skew,
    uncertainty_ms: Math.max(0, forward.value_ms + backward.value_ms) / 2 + AGEING * age_ms,
  };
}

/**
 * The true skew is the one under which the two rows of delays stand farthest apart:
 * with a wrong one, some old or new sample sinks below the rest. The sum of the two
 * minima is concave in the skew, so a ternary search finds its top. The penalty
 * keeps a handful of samples from inventing a drift.
 */
function fitSkew(legs: Leg[], now_ms: number): number {
  const penalty_ms = (0.5 * (medianRoundTrip(legs) - bestRoundTrip(legs))) / legs.length;
  const worth = (skew: number) => {
    const { forward, backward } = minima(legs, skew, now_ms);
    return forward.value_ms + backward.value_ms - penalty_ms * (skew / SKEW_PRIOR) ** 2;
  };
  let [low, high] = [-SKEW_LIMIT, SKEW_LIMIT];
  for (let i = 0; i < SEARCH_STEPS; i += 1) {
    const third = (high - low) / 3;
    if (worth(low + third) < worth(high - third)) low += third;
    else high -= third;
  }
  return (low + high) / 2;
}

function minima(legs: Leg[], skew: number, now_ms: number) {
  let forward = { value_ms: Number.POSITIVE_INFINITY, at_ms: now_ms };
  let backward = forward;
  for (const leg of legs) {
    const shift_ms = skew * (now_ms - leg.at_ms);
    const there_ms = leg.forward_ms + shift_ms;
    const back_ms = leg.backward_ms - shift_ms;
    if (there_ms < forward.value_ms) forward = { value_ms: there_ms, at_ms: leg.at_ms };
    if (back_ms < backward.value_ms) backward = { value_ms: back_ms, at_ms: leg.at_ms };
  }
  return { forward, backward };
}

const roundTrip_ms = (leg: Leg) => leg.forward_ms + leg.backward_ms;
const bestRoundTrip = (legs: Leg[]) => Math.min(...legs.map(roundTrip_ms));
const medianRoundTrip = (legs: Leg[]) => median(legs.map(roundTrip_ms));

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

const EAGER = { count: 20, every_ms: 60 };
const SETTLING = { count: 40, every_ms: 250 };

/** When to ask again: eagerly at first, then twice a second, seldom when nothing moves. */
export function pingInterval_ms(answered: number, moving: boolean): number {
  if (answered < EAGER.count) return EAGER.every_ms;
  if (answered < EAGER.count + SETTLING.count) return SETTLING.every_ms;
  return moving ? 500 : 5_000;
}

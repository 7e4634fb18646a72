/**
 * The room's clock: local monotonic time plus an estimated offset. The offset comes from ping round trips by
 * split minima: the fastest sample of each direction counts, rather than the fastest round trip, after the
 * skew between the two clocks has been removed. It opens no socket and reads no clock; `RoomSession` adds
 * the samples.
 */

/** One answered ping. `sent_ms` and `received_ms` are local times, the other two room times. */
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

interface Delays {
  at_ms: number;
  /** offset + travel time to the room */
  forward_ms: number;
  /** travel time back − offset */
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
/** How fast an old sample loses precision if both clocks drift at their worst. */
const AGEING = 80e-6;
const SEARCH_STEPS = 40;
const SLEW_MS = 1_000;
const STEP_ABOVE_MS = 10;
const CONTRADICTION_MS = 20;

export class RoomClock {
  #name: string | null = null;
  #samples: Delays[] = [];
  #fit: Fit | null = null;
  /** How far the published offset still is from the fit; fades over SLEW_MS. */
  #residual_ms = 0;
  #rtts_ms: number[] = [];

  get sampleCount(): number {
    return this.#samples.length;
  }

  /**
   * After a gap (sleep, another network) only new samples count. The old offset is used until there are
   * enough of them: it is right unless the device's clock stopped, and then the first pong contradicts it.
   */
  discardSamples(): void {
    this.#samples = [];
    this.#rtts_ms = [];
  }

  /** `name` is the pong's `clk`. Another name means another clock, and voids everything known. */
  add(sample: ClockSample, name: string): void {
    const delays = {
      at_ms: sample.received_ms,
      forward_ms: sample.room_received_ms - sample.sent_ms,
      backward_ms: sample.received_ms - sample.room_sent_ms,
    };
    if (name !== this.#name || this.#contradicts(delays)) {
      this.discardSamples();
      this.#fit = null;
    }
    this.#name = name;
    this.#samples.push(delays);
    this.#samples = this.#samples.filter((old) => delays.at_ms - old.at_ms <= WINDOW_MS);
    this.#rtts_ms = [...this.#rtts_ms.slice(-7), delays.forward_ms + delays.backward_ms];
    if (this.#samples.length >= USABLE_AFTER) this.#refit(delays.at_ms);
  }

  /** Room time at the local time `now_ms`, or null while unknown. */
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
    const fit = splitMinima(this.#samples, now_ms);
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
   * Each sample bounds the offset: −backward ≤ offset ≤ forward, since no message travels back in time. An
   * estimate outside these bounds means that one of the clocks jumped (sleep, failover).
   */
  #contradicts(delays: Delays): boolean {
    if (this.#fit === null) return false;
    const offset_ms = this.#offsetAt(this.#fit, delays.at_ms);
    return (
      offset_ms > delays.forward_ms + CONTRADICTION_MS ||
      offset_ms < -delays.backward_ms - CONTRADICTION_MS
    );
  }
}

function splitMinima(samples: Delays[], now_ms: number): Fit {
  const skew = fitSkew(samples, now_ms);
  const { forward, backward } = minima(samples, skew, now_ms);
  const age_ms = now_ms - Math.min(forward.at_ms, backward.at_ms);
  return {
    at_ms: now_ms,
    offset_ms: (forward.value_ms - backward.value_ms) / 2,
    skew,
    uncertainty_ms: Math.max(0, forward.value_ms + backward.value_ms) / 2 + AGEING * age_ms,
  };
}

/**
 * The true skew is the one for which the sum of the two minimal delays is largest: with a wrong skew, some
 * old or new sample falls below the others. That sum is concave in the skew, so a ternary search finds its
 * maximum. The penalty keeps a few samples from suggesting a drift that is not there.
 */
function fitSkew(samples: Delays[], now_ms: number): number {
  const penalty_ms = (0.5 * (medianRoundTrip(samples) - bestRoundTrip(samples))) / samples.length;
  const score = (skew: number) => {
    const { forward, backward } = minima(samples, skew, now_ms);
    return forward.value_ms + backward.value_ms - penalty_ms * (skew / SKEW_PRIOR) ** 2;
  };
  let [low, high] = [-SKEW_LIMIT, SKEW_LIMIT];
  for (let i = 0; i < SEARCH_STEPS; i += 1) {
    const third = (high - low) / 3;
    if (score(low + third) < score(high - third)) low += third;
    else high -= third;
  }
  return (low + high) / 2;
}

function minima(samples: Delays[], skew: number, now_ms: number) {
  let forward = { value_ms: Number.POSITIVE_INFINITY, at_ms: now_ms };
  let backward = forward;
  for (const delays of samples) {
    const shift_ms = skew * (now_ms - delays.at_ms);
    const there_ms = delays.forward_ms + shift_ms;
    const back_ms = delays.backward_ms - shift_ms;
    if (there_ms < forward.value_ms) forward = { value_ms: there_ms, at_ms: delays.at_ms };
    if (back_ms < backward.value_ms) backward = { value_ms: back_ms, at_ms: delays.at_ms };
  }
  return { forward, backward };
}

const roundTrip_ms = (delays: Delays) => delays.forward_ms + delays.backward_ms;
const bestRoundTrip = (samples: Delays[]) => Math.min(...samples.map(roundTrip_ms));
const medianRoundTrip = (samples: Delays[]) => median(samples.map(roundTrip_ms));

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

const INITIAL = { count: 20, every_ms: 60 };
const SETTLING = { count: 40, every_ms: 250 };

/** The interval to the next ping: short at first, then twice a second, long while nothing moves. */
export function pingInterval_ms(answered: number, moving: boolean): number {
  if (answered < INITIAL.count) return INITIAL.every_ms;
  if (answered < INITIAL.count + SETTLING.count) return SETTLING.every_ms;
  return moving ? 500 : 5_000;
}

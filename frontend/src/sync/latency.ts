/**
 * How long this browser takes from `play()` to the first movement, and from a seek to being ready. Learned,
 * because it differs by browser and machine and decides how precisely a common start succeeds. Pure; the
 * owner stores the values beyond the life of the page.
 */
export interface Latencies {
  start_ms: number;
  seek_ms: number;
}

export const DEFAULT_LATENCIES: Latencies = { start_ms: 70, seek_ms: 150 };

/** A seek that had to wait for the network says nothing about the next one. */
const LIMITS = { start_ms: 400, seek_ms: 600 };
/** The first samples move the estimate quickly, later ones slowly. */
const FAST_GAIN = 0.6;
const SLOW_GAIN = 0.2;
const FAST_SAMPLES = 3;
/** Reserve for late timers, and for a seek that takes longer than usual. */
const SEEK_RESERVE = 1.3;
const MARGIN_MS = 30;

export class LatencyMemory {
  #values: Latencies;
  #samples = { start_ms: 0, seek_ms: 0 };

  constructor(values: Latencies = DEFAULT_LATENCIES) {
    this.#values = { ...values };
  }

  get values(): Latencies {
    return { ...this.#values };
  }

  learn(which: keyof Latencies, sample_ms: number): void {
    const clamped_ms = Math.min(LIMITS[which], Math.max(0, sample_ms));
    const gain = this.#samples[which] < FAST_SAMPLES ? FAST_GAIN : SLOW_GAIN;
    this.#samples[which] += 1;
    this.#values[which] += gain * (clamped_ms - this.#values[which]);
  }

  /** How long before a start the seek must begin. */
  get prepare_ms(): number {
    return SEEK_RESERVE * this.#values.seek_ms + this.#values.start_ms + MARGIN_MS;
  }
}

/** An upload's speed and remaining time, from its last ten seconds. Pure: `now_ms` is passed in. */

const WINDOW_MS = 10_000;
/** A shorter span is too short for an estimate. */
const MIN_SPAN_MS = 1_000;

interface Sample {
  at_ms: number;
  bytes: number;
}

export type SpeedSamples = readonly Sample[];

export const NO_SAMPLES: SpeedSamples = [];

export function withSample(samples: SpeedSamples, bytes: number, now_ms: number): SpeedSamples {
  const last = samples.at(-1);
  // A restart or a resend goes back in the file: earlier samples are void.
  if (last && bytes < last.bytes) return [{ at_ms: now_ms, bytes }];
  const fresh = samples.filter((sample) => now_ms - sample.at_ms <= WINDOW_MS);
  return [...fresh, { at_ms: now_ms, bytes }];
}

export interface UploadSpeed {
  bytes_per_s: number;
  left_s: number;
}

export function speedOf(samples: SpeedSamples, size: number): UploadSpeed | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.at_ms - first.at_ms < MIN_SPAN_MS) return null;
  const bytes_per_s = ((last.bytes - first.bytes) * 1000) / (last.at_ms - first.at_ms);
  if (bytes_per_s <= 0) return null;
  return { bytes_per_s, left_s: (size - last.bytes) / bytes_per_s };
}

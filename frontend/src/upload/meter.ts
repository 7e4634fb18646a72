/** How fast an upload goes and how long it will take, from the last ten seconds of it. Pure: `now_ms` is given. */

const WINDOW_MS = 10_000;
/** Below this there is too little to say anything honest. */
const LEAST_MS = 1_000;

interface Sample {
  at_ms: number;
  bytes: number;
}

export interface Meter {
  readonly samples: readonly Sample[];
}

export const newMeter: Meter = { samples: [] };

export function measure(meter: Meter, bytes: number, now_ms: number): Meter {
  const last = meter.samples.at(-1);
  // A restart or a resend goes back in the file; what was measured before says nothing any more.
  if (last && bytes < last.bytes) return { samples: [{ at_ms: now_ms, bytes }] };
  const fresh = meter.samples.filter((sample) => now_ms - sample.at_ms <= WINDOW_MS);
  return { samples: [...fresh, { at_ms: now_ms, bytes }] };
}

export interface Pace {
  bytes_per_s: number;
  left_s: number;
}

export function paceOf(meter: Meter, size: number): Pace | null {
  const first = meter.samples[0];
  const last = meter.samples.at(-1);
  if (!first || !last || last.at_ms - first.at_ms < LEAST_MS) return null;
  const bytes_per_s = ((last.bytes - first.bytes) * 1000) / (last.at_ms - first.at_ms);
  if (bytes_per_s <= 0) return null;
  return { bytes_per_s, left_s: (size - last.bytes) / bytes_per_s };
}

import { describe, expect, it } from "vitest";
import { NO_SAMPLES, type SpeedSamples, speedOf, withSample } from "./uploadSpeed";

function measured(...samples: Array<[at_ms: number, bytes: number]>): SpeedSamples {
  return samples.reduce((samples, [at_ms, bytes]) => withSample(samples, bytes, at_ms), NO_SAMPLES);
}

describe("the speed of an upload", () => {
  it("is unknown in the first second", () => {
    expect(speedOf(measured([0, 0], [900, 500]), 1000)).toBeNull();
  });

  it("is that of the last ten seconds", () => {
    const samples = measured([0, 0], [20_000, 1_000_000], [25_000, 6_000_000]);
    expect(speedOf(samples, 16_000_000)).toEqual({ bytes_per_s: 1_000_000, left_s: 10 });
  });

  it("starts again when the server has less than expected", () => {
    const samples = measured([0, 0], [5000, 5000], [6000, 2000], [8000, 4000]);
    expect(speedOf(samples, 5000)).toEqual({ bytes_per_s: 1000, left_s: 1 });
  });
});

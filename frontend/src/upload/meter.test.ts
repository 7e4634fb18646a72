import { describe, expect, it } from "vitest";
import { type Meter, measure, newMeter, paceOf } from "./meter";

function measured(...samples: Array<[at_ms: number, bytes: number]>): Meter {
  return samples.reduce((meter, [at_ms, bytes]) => measure(meter, bytes, at_ms), newMeter);
}

describe("the pace of an upload", () => {
  it("is unknown in the first second", () => {
    expect(paceOf(measured([0, 0], [900, 500]), 1000)).toBeNull();
  });

  it("is what went through in the last ten seconds", () => {
    const meter = measured([0, 0], [20_000, 1_000_000], [25_000, 6_000_000]);
    expect(paceOf(meter, 16_000_000)).toEqual({ bytes_per_s: 1_000_000, left_s: 10 });
  });

  it("starts anew when the server had less than was thought", () => {
    const meter = measured([0, 0], [5000, 5000], [6000, 2000], [8000, 4000]);
    expect(paceOf(meter, 5000)).toEqual({ bytes_per_s: 1000, left_s: 1 });
  });
});

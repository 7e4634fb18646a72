import { describe, expect, it } from "vitest";
import { Taps } from "./doubleTap";

describe("Taps", () => {
  it("reveals by one tap, and skips by each further one on the same side", () => {
    const taps = new Taps();
    expect(taps.tap(0.9, 0)).toEqual({ do: "reveal" });
    expect(taps.tap(0.8, 200)).toEqual({ do: "skip", by_s: 10 });
    expect(taps.tap(0.8, 400)).toEqual({ do: "skip", by_s: 10 });
    expect(taps.tap(0.1, 500)).toEqual({ do: "reveal" });
    expect(taps.tap(0.1, 700)).toEqual({ do: "skip", by_s: -10 });
  });

  it("takes slow taps, and those in the middle, one by one", () => {
    const taps = new Taps();
    taps.tap(0.9, 0);
    expect(taps.tap(0.9, 400)).toEqual({ do: "reveal" });
    taps.tap(0.5, 1_000);
    expect(taps.tap(0.5, 1_100)).toEqual({ do: "reveal" });
  });
});

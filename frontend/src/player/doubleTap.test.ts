import { describe, expect, it } from "vitest";
import { DoubleTap } from "./doubleTap";

describe("DoubleTap", () => {
  it("reveals the controls on one tap, and skips on each further tap on the same side", () => {
    const taps = new DoubleTap();
    expect(taps.tap(0.9, 0)).toEqual({ do: "reveal" });
    expect(taps.tap(0.8, 200)).toEqual({ do: "skip", by_s: 10 });
    expect(taps.tap(0.8, 400)).toEqual({ do: "skip", by_s: 10 });
    expect(taps.tap(0.1, 500)).toEqual({ do: "reveal" });
    expect(taps.tap(0.1, 700)).toEqual({ do: "skip", by_s: -10 });
  });

  it("treats slow taps, and taps in the middle, as single taps", () => {
    const taps = new DoubleTap();
    taps.tap(0.9, 0);
    expect(taps.tap(0.9, 400)).toEqual({ do: "reveal" });
    taps.tap(0.5, 1_000);
    expect(taps.tap(0.5, 1_100)).toEqual({ do: "reveal" });
  });
});

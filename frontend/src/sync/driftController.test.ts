import { describe, expect, it } from "vitest";
import { type Correction, DriftController, deadBand_ms, LaunchBudget } from "./driftController";

/** Feeds a constant error every 30 ms until the controller does something. */
function firstCorrection(
  error_ms: number,
  { rate = 1, mayJump = true, prepare = (_: DriftController) => {} } = {},
): Correction & { for_ms?: number } {
  const controller = new DriftController();
  prepare(controller);
  for (let now_ms = 1_000; now_ms < 2_000; now_ms += 30) {
    const position_s = now_ms / 1_000;
    const sample = { now_ms, position_s, error_ms, uncertainty_ms: 0, rate, mayJump };
    const correction = controller.step(sample);
    const for_ms = (controller.pulseUntil_ms ?? now_ms) - now_ms;
    if (correction.kind !== "none") return { ...correction, for_ms };
  }
  return { kind: "none" };
}

describe("DriftController", () => {
  const settled = (controller: DriftController) => {
    for (let i = 0; i < 10; i += 1) {
      const sample = { now_ms: i, position_s: i / 1_000, error_ms: 0, uncertainty_ms: 0 };
      controller.step({ ...sample, rate: 1, mayJump: true });
    }
  };

  it.each([
    [20, 0.99, 2_000],
    [-20, 1.01, 2_000],
    [60, 0.97, 2_000],
    [-150, 1.05, 3_000],
  ])("corrects %i ms with one pulse at %f for %i ms", (error_ms, rate, for_ms) => {
    const correction = firstCorrection(error_ms, { prepare: settled });
    expect(correction.kind).toBe("pulse");
    if (correction.kind !== "pulse") return;
    expect(correction.rate).toBeCloseTo(rate);
    expect(correction.for_ms).toBeCloseTo(for_ms);
  });

  it("corrects the first errors after a launch five times as fast", () => {
    const correction = firstCorrection(20);
    expect(correction).toMatchObject({ kind: "pulse", rate: 0.95 });
  });

  it.each([
    ["five samples after a launch", 30, 5, () => {}],
    ["eight samples later on", 30, 8, settled],
    ["three samples that are far apart, as in a throttled page", 300, 3, settled],
  ])("decides on %s", (_, every_ms, samples, prepare) => {
    const controller = new DriftController();
    prepare(controller);
    let count = 0;
    const sample = { error_ms: 20, uncertainty_ms: 0, rate: 1, mayJump: true };
    do count += 1;
    while (
      controller.step({
        ...sample,
        now_ms: 1_000 + count * every_ms,
        position_s: 1 + (count * every_ms) / 1_000,
      }).kind === "none"
    );
    expect(count).toBe(samples);
  });

  it("is relative to the room's rate, and shorter the faster the room runs", () => {
    const correction = firstCorrection(-30, { rate: 1.5, prepare: settled });
    expect(correction.kind === "pulse" && correction.rate).toBeCloseTo(1.515);
    expect(correction.for_ms).toBeCloseTo(2_000);
  });

  it("jumps beyond half a second, after a stall beyond 150 ms, and never without budget", () => {
    const stalled = (controller: DriftController) => controller.stalled(0);
    expect(firstCorrection(600).kind).toBe("jump");
    expect(firstCorrection(200).kind).toBe("pulse");
    expect(firstCorrection(200, { prepare: stalled }).kind).toBe("jump");
    expect(firstCorrection(600, { mayJump: false }).kind).toBe("pulse");
  });

  it("ignores an error smaller than the clock's uncertainty", () => {
    expect([0, 0.2, 5, 50].map(deadBand_ms)).toEqual([1, 1, 2.5, 4]);
    expect(firstCorrection(0.9)).toEqual({ kind: "none" });
  });
});

describe("LaunchBudget", () => {
  it("allows three quick jumps, then requires ever longer pauses", () => {
    const budget = new LaunchBudget();
    const jumps_ms: number[] = [];
    for (let now_ms = 0; now_ms < 120_000; now_ms += 100) {
      if (!budget.mayLaunch(now_ms)) continue;
      budget.spend(now_ms);
      jumps_ms.push(now_ms);
    }
    const pauses_ms = jumps_ms.slice(1).map((at_ms, i) => at_ms - (jumps_ms[i] ?? 0));
    expect(pauses_ms).toEqual([3, 3, 6, 6, 6, 12, 12, 12, 24, 24].map((s) => s * 1_000));
  });

  it("starts again after a calm half minute", () => {
    const budget = new LaunchBudget();
    for (const now_ms of [0, 3_000, 6_000]) budget.spend(now_ms);
    expect(budget.mayLaunch(10_000)).toBe(false);
    budget.spend(50_000);
    expect(budget.mayLaunch(53_000)).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { CorrectionGuard } from "./correctionGuard";

/** Corrects `error_ms` and measures `after_ms`, as often as given. */
function correct(guard: CorrectionGuard, error_ms: number, after_ms: number, times: number): void {
  for (let i = 0; i < times; i += 1) {
    guard.corrected(error_ms, i * 1_000);
    guard.measured(after_ms, 2, i * 1_000 + 500);
  }
}

describe("CorrectionGuard", () => {
  it("widens the dead band after three corrections in a row that did not help", () => {
    const guard = new CorrectionGuard();
    correct(guard, 20, -22, 2);
    expect(guard.floor_ms).toBe(0);
    correct(guard, 20, -22, 1);
    expect(guard.floor_ms).toBe(33);
    correct(guard, 40, 40, 3);
    expect(guard.floor_ms).toBe(66);
  });

  it("does not count corrections that helped, and starts counting again after one", () => {
    const guard = new CorrectionGuard();
    correct(guard, 20, -22, 2);
    correct(guard, 20, 3, 1);
    correct(guard, 20, -22, 2);
    expect(guard.floor_ms).toBe(0);
    correct(guard, 1.2, 1.9, 9);
    expect(guard.floor_ms, "both are below the dead band").toBe(0);
  });

  it("says nothing about a correction that a seek interrupted", () => {
    const guard = new CorrectionGuard();
    for (let i = 0; i < 5; i += 1) {
      guard.corrected(20, i);
      guard.interrupted();
      guard.measured(-22, 2, i);
    }
    expect(guard.floor_ms).toBe(0);
  });

  it("narrows the dead band again after calm minutes, in steps", () => {
    const guard = new CorrectionGuard();
    correct(guard, 20, -22, 3);
    guard.measured(5, 2, 310_000);
    expect(guard.floor_ms).toBe(16.5);
    guard.measured(5, 2, 320_000);
    expect(guard.floor_ms).toBe(16.5);
    for (let minute = 10; minute < 60; minute += 1) guard.measured(5, 2, minute * 60_000);
    expect(guard.floor_ms).toBe(0);
  });
});

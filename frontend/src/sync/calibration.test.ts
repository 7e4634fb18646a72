import { describe, expect, it } from "vitest";
import { Calibration, methodFor, renewalOf, strategyFor, UNKNOWN_TRAITS } from "./calibration";

/** Readings every `every_ms` of a player that renews its position every `renewal_ms`. */
function readings(every_ms: number, renewal_ms: number, count = 24) {
  return Array.from({ length: count }, (_, i) => {
    const at_ms = 1_000 + i * every_ms;
    const position_ms = renewal_ms === 0 ? at_ms : Math.floor(at_ms / renewal_ms) * renewal_ms;
    return { at_ms, position_s: position_ms / 1_000 };
  });
}

describe("renewalOf", () => {
  it("finds the steps in which a player renews its position", () => {
    expect(renewalOf(readings(30, 41))).toBeGreaterThan(36);
    expect(renewalOf(readings(30, 41))).toBeLessThan(47);
    expect(renewalOf(readings(30, 0))).toBe(0);
  });

  it("finds nothing in readings that are too few or too far apart to show it", () => {
    expect(renewalOf(readings(30, 41, 5))).toBeNull();
    expect(renewalOf(readings(50, 41))).toBeNull();
    expect(renewalOf([])).toBeNull();
  });

  it("takes one repeated reading for a hiccup", () => {
    const hiccup = readings(30, 0);
    hiccup[5] = { at_ms: 1_150, position_s: hiccup[4]?.position_s ?? 0 };
    expect(renewalOf(hiccup)).toBe(0);
  });
});

describe("methodFor", () => {
  it("trusts pulses until two of them have moved the player by something else than requested", () => {
    expect(methodFor(UNKNOWN_TRAITS)).toBe("exact_pulses");
    expect(methodFor({ ...UNKNOWN_TRAITS, exactLosses_ms: [-140] })).toBe("exact_pulses");
    expect(methodFor({ ...UNKNOWN_TRAITS, exactLosses_ms: [-20, -22] })).toBe("near_pulses");
    expect(methodFor({ ...UNKNOWN_TRAITS, exactLosses_ms: [-140, -110] })).toBe("launches");
    expect(methodFor({ ...UNKNOWN_TRAITS, nearLosses_ms: [-140, -110] })).toBe("launches");
  });

  it("is not misled by pulses that missed in both directions", () => {
    expect(methodFor({ ...UNKNOWN_TRAITS, exactLosses_ms: [-15, 14, 1] })).toBe("exact_pulses");
  });

  it("never rests at exactly the room's rate where readings are stale: such a clock does not show what sound is lost", () => {
    const stale = strategyFor({ ...UNKNOWN_TRAITS, renewal_ms: 41 });
    expect(stale).toMatchObject({ method: "near_pulses", mayBeSparse: false, age_ms: 20.5 });
    expect(stale.restFactor).not.toBe(1);
    expect(stale.fullWindow).toBeGreaterThan(strategyFor(UNKNOWN_TRAITS).fullWindow);
    expect(strategyFor(UNKNOWN_TRAITS).restFactor).toBe(1);
  });

  it("leaves the rate of a native HLS player alone", () => {
    expect(methodFor(UNKNOWN_TRAITS, false)).toBe("launches");
  });
});

describe("Calibration", () => {
  it("needs two windows of fresh readings to withdraw that they are stale", () => {
    const calibration = new Calibration();
    calibration.read(readings(30, 41));
    expect(calibration.strategy.method).toBe("near_pulses");
    calibration.read(readings(30, 0));
    expect(calibration.strategy.method).toBe("near_pulses");
    calibration.read(readings(30, 0));
    expect(calibration.strategy.method).toBe("exact_pulses");
  });

  it("shortens a pause by what starting again takes", () => {
    const calibration = new Calibration();
    expect(calibration.holdFor_ms(50)).toBe(50);
    for (let i = 0; i < 3; i += 1) calibration.held(-20);
    expect(calibration.holdFor_ms(50)).toBe(30);
    expect(calibration.holdFor_ms(10)).toBe(0);
  });

  it("leaves the rate of a native player or a television at the room's", () => {
    const stale = { ...UNKNOWN_TRAITS, renewal_ms: 41 };
    expect(strategyFor(stale, false)).toMatchObject({ method: "launches", restFactor: 1 });
    expect(strategyFor(stale, true).restFactor).not.toBe(1);
  });
});

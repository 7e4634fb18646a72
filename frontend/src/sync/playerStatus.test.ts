import { describe, expect, it } from "vitest";
import { playbackState } from "./fakes/FakeRelay";
import { type PlayerReading, type ReadinessContext, readiness, syncState } from "./playerStatus";

const well: PlayerReading = {
  position_s: 5,
  error_ms: 0,
  buffered_s: 20,
  bufferedToEnd: false,
  stalledSince_ms: null,
  rate: 1,
  blocked: false,
  positioning_ms: 0,
  arrived: true,
  quality: null,
  correction: { method: "exact_pulses", tolerance_ms: 1, widened: false },
};
const here: ReadinessContext = { now_ms: 10_000, visible: true, detached: false, before: "ok" };
const starving = { ...well, buffered_s: 0.1, stalledSince_ms: 9_000 };

describe("readiness", () => {
  it("is buffering only after a stall of 250 ms with next to nothing buffered", () => {
    expect(readiness(starving, here)).toBe("buffering");
    expect(readiness({ ...starving, stalledSince_ms: 9_800 }, here)).toBe("ok");
    expect(readiness({ ...starving, buffered_s: 3 }, here)).toBe("ok");
    expect(readiness({ ...starving, bufferedToEnd: true }, here)).toBe("ok");
  });

  it("is ready again with two seconds buffered, not with the first data", () => {
    const before = { ...here, before: "buffering" as const };
    expect(readiness({ ...well, buffered_s: 1 }, before)).toBe("buffering");
    expect(readiness({ ...well, buffered_s: 2 }, before)).toBe("ok");
    expect(readiness({ ...well, buffered_s: 0.3, bufferedToEnd: true }, before)).toBe("ok");
  });

  it("never makes the room wait for viewers who are not watching: hidden, blocked, at their own pace (R2)", () => {
    expect(readiness(starving, { ...here, visible: false })).toBe("hidden");
    expect(readiness({ ...starving, blocked: true }, here)).toBe("blocked");
    expect(readiness(starving, { ...here, detached: true })).toBe("detached");
  });
});

describe("syncState", () => {
  const playing = playbackState({ mode: "playing" });
  const show = (error_ms: number, before: "in_sync" | "catching_up", parts = {}) =>
    syncState({ ...well, error_ms, ...parts }, "ok", playing, { status: before, error_ms }).status;

  it("has hysteresis at its limits", () => {
    expect(show(79, "catching_up")).toBe("in_sync");
    expect(show(100, "in_sync")).toBe("in_sync");
    expect(show(100, "catching_up")).toBe("catching_up");
    expect(show(-121, "in_sync")).toBe("catching_up");
  });

  it("offers a resync when far off, unless the player is being positioned", () => {
    expect(show(-1_500, "catching_up")).toBe("far");
    expect(show(-1_500, "catching_up", { positioning_ms: 500 })).toBe("catching_up");
  });

  it("does not warn during the second that a commanded start takes", () => {
    const inSync = { status: "in_sync" as const, error_ms: 2 };
    const positioning = { ...well, error_ms: null, positioning_ms: 900 };
    expect(syncState(positioning, "ok", playing, inSync)).toEqual(inSync);
    const long = { ...positioning, positioning_ms: 2_000 };
    expect(syncState(long, "ok", playing, inSync).status).toBe("catching_up");
  });

  it("is idle without a film", () => {
    const before = { status: "in_sync" as const, error_ms: 0 };
    expect(syncState(null, "ok", playing, before).status).toBe("idle");
    expect(syncState(well, "ok", playbackState({ mode: "empty" }), before).status).toBe("idle");
  });
});

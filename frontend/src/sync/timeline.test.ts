import { describe, expect, it } from "vitest";
import { playbackState } from "./fakes/FakeRelay";
import { Timeline } from "./timeline";

describe("Timeline", () => {
  it("keeps the old state until t0, then follows the new one", () => {
    const timeline = new Timeline();
    timeline.accept(playbackState({ rev: 1, mode: "playing", pos_s: 10, t0_ms: 1_000 }));
    timeline.accept(playbackState({ rev: 2, mode: "paused", pos_s: 15, t0_ms: 6_000 }));
    expect(timeline.targetAt(5_500)).toBeCloseTo(14.5);
    expect(timeline.motionAt(5_999)?.velocity).toBe(1);
    expect(timeline.motionAt(6_000)).toMatchObject({ position_s: 15, velocity: 0 });
    expect(timeline.targetAt(9_000)).toBe(15);
  });

  it("keeps a play that has not begun when a pause follows at once", () => {
    const timeline = new Timeline();
    timeline.accept(playbackState({ rev: 1, mode: "paused", pos_s: 5, t0_ms: 0 }));
    timeline.accept(playbackState({ rev: 2, mode: "playing", pos_s: 5, t0_ms: 1_000 }));
    timeline.accept(playbackState({ rev: 3, mode: "paused", pos_s: 5.1, t0_ms: 1_100 }));
    expect([900, 1_050, 1_200].map((t) => timeline.targetAt(t))).toEqual([5, 5.05, 5.1]);
  });

  it("stays at pos_s before the t0 of the first state", () => {
    const timeline = new Timeline();
    timeline.accept(playbackState({ mode: "playing", pos_s: 7, t0_ms: 1_000 }));
    expect(timeline.motionAt(500)).toMatchObject({ position_s: 7, velocity: 0 });
  });

  it("ignores a lower rev and a lower epoch, and accepts a lower rev in a higher epoch", () => {
    const timeline = new Timeline();
    timeline.accept(playbackState({ epoch: 2, rev: 9 }));
    expect(timeline.accept(playbackState({ epoch: 2, rev: 8 }))).toBe("stale");
    expect(timeline.accept(playbackState({ epoch: 1, rev: 99 }))).toBe("stale");
    expect(timeline.accept(playbackState({ epoch: 3, rev: 1 }))).toBe("change");
    expect(timeline.newest?.rev).toBe(1);
  });

  it("treats a known rev as a repetition, which can only extend the playable part", () => {
    const timeline = new Timeline();
    timeline.accept(playbackState({ rev: 4, playable_s: 10 }));
    expect(timeline.accept(playbackState({ rev: 4, playable_s: 20 }))).toBe("repetition");
    expect(timeline.newest?.playable_s).toBe(20);
  });

  it("drops the old film's states at once when the film changes", () => {
    const timeline = new Timeline();
    timeline.accept(playbackState({ rev: 1, mrev: 1, mode: "playing", t0_ms: 0 }));
    timeline.accept(playbackState({ rev: 2, mrev: 2, mode: "paused", pos_s: 0, t0_ms: 9_000 }));
    expect(timeline.targetAt(5_000)).toBe(0);
  });

  it("stops at the end of the film, and has no target without one", () => {
    const timeline = new Timeline();
    timeline.accept(playbackState({ mode: "playing", pos_s: 58, t0_ms: 0, duration_s: 60 }));
    expect(timeline.motionAt(10_000)).toMatchObject({ position_s: 60, velocity: 0 });
    timeline.accept(playbackState({ rev: 2, mode: "empty", video_id: null }));
    expect(timeline.targetAt(10_000)).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { meaningOf, type OutsideChange } from "./externalChange";

const paused: OutsideChange = {
  to: "pause",
  watched: true,
  sinceVisibilityChange_ms: 60_000,
  mayControl: true,
  detached: false,
};

describe("meaningOf", () => {
  it("takes a headset's pause for its person's wish, where the person may control", () => {
    expect(meaningOf(paused)).toBe("ask_room");
    expect(meaningOf({ ...paused, mayControl: false })).toBe("snap_back");
  });

  it("never pauses the room because a page was hidden, nor while it is (R2)", () => {
    expect(meaningOf({ ...paused, watched: false })).toBe("nothing");
    expect(meaningOf({ ...paused, sinceVisibilityChange_ms: 300 })).toBe("nothing");
  });

  it("is nobody's business while one watches at one's own pace", () => {
    expect(meaningOf({ ...paused, detached: true })).toBe("nothing");
  });
});

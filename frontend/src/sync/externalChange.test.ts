import { describe, expect, it } from "vitest";
import { type ExternalChange, meaningOf } from "./externalChange";

const paused: ExternalChange = {
  to: "pause",
  watching: true,
  sinceVisibilityChange_ms: 60_000,
  byPerson: true,
  awaitsGesture: false,
  mayControl: true,
  detached: false,
};

describe("meaningOf", () => {
  it("takes a pause in the picture-in-picture window as a request to the room, if the viewer may control the film", () => {
    expect(meaningOf(paused)).toBe("ask_room");
    expect(meaningOf({ ...paused, mayControl: false })).toBe("snap_back");
  });

  it("never pauses the room because a page was hidden, nor while it is hidden (R2)", () => {
    expect(meaningOf({ ...paused, watching: false })).toBe("nothing");
    expect(meaningOf({ ...paused, sinceVisibilityChange_ms: 300 })).toBe("nothing");
  });

  it("is never a command if no person made it: a call, an unplugged headset, the autoplay policy", () => {
    for (const mayControl of [true, false]) {
      expect(meaningOf({ ...paused, mayControl, byPerson: false })).toBe("nothing");
      expect(meaningOf({ ...paused, mayControl, awaitsGesture: true })).toBe("nothing");
    }
  });

  it("means nothing to the room while the viewer watches at their own pace", () => {
    expect(meaningOf({ ...paused, detached: true })).toBe("nothing");
  });
});

import { describe, expect, it } from "vitest";
import { syncAnnouncement, syncWords } from "./syncText";

const words = (status: Parameters<typeof syncAnnouncement>[0], error_ms: number | null = null) =>
  syncWords({ status, error_ms });

describe("syncWords", () => {
  it("is calm when all is well, and shows no sign", () => {
    expect(words("in_sync", -24.4)).toEqual({
      tone: "good",
      text: "In sync",
      detail: "24 ms",
      remedy: null,
    });
  });

  it("says how far and in which direction when it is far", () => {
    expect(words("far", -1_430)).toMatchObject({ tone: "bad", text: "1 s behind · Catch up" });
    expect(words("detached", 42_300)?.text).toBe("42 s ahead");
    expect(words("detached", -20)?.text).toBe("On your own");
    expect(words("detached", -125_000)).toMatchObject({
      text: "2:05 behind",
      remedy: "Rejoin",
    });
  });

  it("says nothing without a film", () => {
    expect(words("idle")).toBeNull();
  });
});

describe("syncAnnouncement", () => {
  it("tells ears of transitions only, never of numbers or of short efforts", () => {
    expect(syncAnnouncement("catching_up")).toBe("");
    expect(syncAnnouncement("far")).toBe("Out of sync with the room");
  });
});

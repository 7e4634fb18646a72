import { describe, expect, it } from "vitest";
import { syncAnnouncement, syncText } from "./syncText";

const textFor = (status: Parameters<typeof syncAnnouncement>[0], error_ms: number | null = null) =>
  syncText({ status, error_ms });

describe("syncText", () => {
  it("shows the distance without a sign when in sync", () => {
    expect(textFor("in_sync", -24.4)).toEqual({
      tone: "good",
      text: "In sync",
      detail: "24 ms",
      remedy: null,
    });
  });

  it("shows the distance and its direction when far off", () => {
    expect(textFor("far", -1_430)).toMatchObject({ tone: "bad", text: "1 s behind · Catch up" });
    expect(textFor("detached", 42_300)?.text).toBe("42 s ahead");
    expect(textFor("detached", -20)?.text).toBe("On your own");
    expect(textFor("detached", -125_000)).toMatchObject({
      text: "2:05 behind",
      remedy: "Rejoin",
    });
  });

  it("is empty without a film", () => {
    expect(textFor("idle")).toBeNull();
  });
});

describe("syncAnnouncement", () => {
  it("announces changes of status only, no numbers and no short corrections", () => {
    expect(syncAnnouncement("catching_up")).toBe("");
    expect(syncAnnouncement("far")).toBe("Out of sync with the room");
  });
});

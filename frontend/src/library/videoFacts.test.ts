import { i18n } from "@lingui/core";
import { describe, expect, it } from "vitest";
import type { Video } from "@/api/videos";
import { factsLine, isChanging, lostText, matches, qualities, statusFact } from "./videoFacts";

const video = {
  title: "Summer 2024",
  status: "processing",
  playable: false,
  progress: 0.42,
  renditions: [],
} as unknown as Video;

describe("what a card shows", () => {
  it("distinguishes films that can be watched already", () => {
    expect(statusFact(video)).toEqual({ tone: "warn", label: "Preparing 42%" });
    expect(statusFact({ ...video, playable: true })).toEqual({
      tone: "accent",
      label: "Playable · improving quality",
    });
  });

  it("lists each quality once, best first", () => {
    const rendition = { width: 1, bandwidth: 1, codecs: "" };
    const renditions = [360, 1080, 360].map((height) => ({ ...rendition, height }));
    expect(qualities({ ...video, renditions })).toBe("1080p, 360p");
  });

  it("keeps the parts of its line apart, also from right to left", () => {
    const rendition = { width: 1, height: 360, bandwidth: 1, codecs: "" };
    const chapters = ["A", "B", "C"].map((title, index) => ({
      title,
      start_s: index,
      end_s: index + 1,
    }));
    const film = { ...video, size_bytes: 13.8e6, renditions: [rendition], chapters };
    expect(factsLine(film)).toBe("13.8 MB · 360p · 3 chapters");
    i18n.loadAndActivate({ locale: "ar", locales: ["ar-u-nu-latn"], messages: {} });
    const [, quality] = factsLine(film).split(" · ");
    i18n.loadAndActivate({ locale: "en", locales: ["en-GB"], messages: {} });
    expect(quality).toBe("\u2068360p\u2069");
  });

  it("says what the film has lost, and counts what would make the card too long", () => {
    const losing = (...messages: string[]) =>
      lostText({
        ...video,
        losses: messages.map((message) => ({ kind: "sound_missing", message, parts: [] })),
        warnings: messages,
      });
    expect(losing()).toEqual([]);
    expect(losing("The sound ends at 0:28.")).toEqual(["The sound ends at 0:28."]);
    expect(losing("a", "b", "c")).toEqual(["a", "b", "Something else is missing, too."]);
    expect(losing("a", "b", "c", "d")).toEqual(["a", "b", "2 more things are missing."]);
  });

  it("says what an earlier version reported, and each sentence once", () => {
    const losses = [{ kind: "end_missing", message: "The film stops at 0:28.", parts: [] }];
    const warnings = ["The picture is grey.", "The film stops at 0:28."];
    expect(lostText({ ...video, losses, warnings })).toEqual([
      "The film stops at 0:28.",
      "The picture is grey.",
    ]);
    expect(lostText({ ...video, losses: [], warnings })).toEqual(warnings);
  });

  it("refetches only while something changes", () => {
    expect(
      ["uploading", "queued", "processing", "ready", "failed"].map((status) =>
        isChanging({ ...video, status } as Video),
      ),
    ).toEqual([true, true, true, false, false]);
  });

  it("matches a title in any case", () => {
    expect(matches(video, " summER ")).toBe(true);
    expect(matches(video, "winter")).toBe(false);
  });
});

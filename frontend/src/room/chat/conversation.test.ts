import { describe, expect, test } from "vitest";
import type { ChatLine, LogEntry, SystemLine } from "@/sync/roomState";
import { conversation } from "./conversation";

const message = (
  id: string,
  by: string,
  at_ms: number,
  more: Partial<ChatLine> = {},
): ChatLine => ({
  kind: "chat",
  id,
  seq: at_ms,
  by,
  name: by,
  at_ms,
  text: id,
  reply_to: null,
  pos_s: null,
  deleted: false,
  ...more,
});

const event = (
  kind: SystemLine["event"],
  by: string | null,
  at_ms: number,
  more: Partial<SystemLine> = {},
): SystemLine => ({
  kind: "system",
  id: `${kind}-${at_ms}`,
  at_ms,
  event: kind,
  by,
  name: by,
  names: [],
  pos_s: null,
  ...more,
});

const texts = (log: LogEntry[]) =>
  conversation(log).map((item) => (item.kind === "system" ? item.text : item.line.text));

describe("lines about the film", () => {
  test("include the position", () => {
    expect(texts([event("pause", "Max", 0, { pos_s: 724 })])).toEqual(["Max paused · 12:04"]);
  });

  test("of one member within ten seconds become one line with the last position", () => {
    const log = [
      event("pause", "Max", 0, { pos_s: 1 }),
      event("seek", "Max", 4000, { pos_s: 60 }),
      event("seek", "Max", 8000, { pos_s: 90 }),
      event("play", "Max", 12_000, { pos_s: 90 }),
    ];
    expect(texts(log)).toEqual(["Max paused, jumped and pressed play · 1:30"]);
  });

  test("are separate after ten seconds, for another member, or after a message", () => {
    expect(texts([event("pause", "Max", 0), event("play", "Max", 10_000)])).toHaveLength(2);
    expect(texts([event("pause", "Max", 0), event("play", "Ana", 1)])).toHaveLength(2);
    const log = [event("pause", "Max", 0), message("hi", "Ana", 1), event("play", "Max", 2)];
    expect(texts(log)).toEqual(["Max paused", "hi", "Max pressed play"]);
  });

  test("without a member are about the room", () => {
    expect(texts([event("ended", null, 0)])).toEqual(["The film ended"]);
  });
});

describe("joining and leaving", () => {
  test("is a separate line", () => {
    const log = [
      event("joined", null, 0, { names: ["Max", "Ana", "Li"] }),
      event("left", null, 1000, { names: ["Max"] }),
      event("ended", null, 2000),
    ];
    expect(texts(log)).toEqual(["Max, Ana and Li joined", "Max left", "The film ended"]);
  });

  test("of many people is counted", () => {
    const names = ["Max", "Ana", "Li", "Bo", "Cy"];
    expect(texts([event("joined", null, 0, { names })])).toEqual(["Max, Ana and 3 others joined"]);
  });
});

describe("messages", () => {
  const starts = (log: LogEntry[]) =>
    conversation(log).map((item) => item.kind === "message" && item.startsGroup);

  test("of one author form a group until someone else writes, something happens or time passes", () => {
    expect(
      starts([message("a", "Max", 0), message("b", "Max", 1), message("c", "Ana", 2)]),
    ).toEqual([true, false, true]);
    expect(starts([message("a", "Max", 0), message("b", "Max", 120_000)])).toEqual([true, true]);
    expect(
      starts([message("a", "Max", 0), event("pause", "Ana", 1), message("b", "Max", 2)])[2],
    ).toBe(true);
  });

  test("show what they reply to, and start a group", () => {
    const question = message("q", "Max", 0);
    const [, item] = conversation([question, message("a", "Max", 1, { reply_to: "q" })]);
    expect(item).toMatchObject({ quoted: question, startsGroup: true });
  });

  test("that reply to something no longer in the log have no quote", () => {
    expect(conversation([message("a", "Max", 1, { reply_to: "gone" })])[0]).toMatchObject({
      quoted: null,
    });
  });
});

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

  test("call only a later film a change", () => {
    expect(texts([event("first_film", null, 0)])).toEqual(["The film is ready"]);
    expect(texts([event("first_film", "Max", 0)])).toEqual(["Max chose the film"]);
    expect(texts([event("media", "Max", 0)])).toEqual(["Max changed the film"]);
  });

  test("without a member are about the room", () => {
    expect(texts([event("ended", null, 0)])).toEqual(["The film ended"]);
  });
});

describe("joining and leaving", () => {
  const joined = (at_ms: number, ...names: string[]) => event("joined", null, at_ms, { names });
  const left = (at_ms: number, ...names: string[]) => event("left", null, at_ms, { names });

  test("is a line apart from what happens to the film", () => {
    const log = [joined(0, "Max", "Ana"), event("ended", null, 2000)];
    expect(texts(log)).toEqual(["Max and Ana joined", "The film ended"]);
  });

  test("between two messages is one line that says what has become of each person", () => {
    const log = [
      joined(0, "Max", "Ana"),
      left(60_000, "Li"),
      left(120_000, "Max"),
      joined(180_000, "Li"),
      left(240_000, "Bo"),
    ];
    expect(texts(log)).toEqual(["Ana joined · Li is back · Bo and Max left"]);
    const flood = Array.from({ length: 30 }, (_, i) => [left(i, "Max"), joined(i, "Max")]).flat();
    expect(texts(flood)).toEqual(["Max is back"]);
    expect(texts([joined(0, "Max"), message("hi", "Max", 1), left(2, "Max")])).toHaveLength(3);
  });

  test("isolates right-to-left names", () => {
    expect(texts([joined(0, "مريم", "Max")])).toEqual(["\u2068مريم\u2069 and Max joined"]);
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

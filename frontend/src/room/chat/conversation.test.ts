import { describe, expect, test } from "vitest";
import type { ChatLine, LogEntry, SystemLine } from "@/sync/roomState";
import { conversation } from "./conversation";

const said = (id: string, by: string, at_ms: number, more: Partial<ChatLine> = {}): ChatLine => ({
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

const did = (
  event: SystemLine["event"],
  by: string | null,
  at_ms: number,
  more: Partial<SystemLine> = {},
): SystemLine => ({
  kind: "system",
  id: `${event}-${at_ms}`,
  at_ms,
  event,
  by,
  name: by,
  names: [],
  pos_s: null,
  ...more,
});

const texts = (log: LogEntry[]) =>
  conversation(log).map((item) => (item.kind === "happening" ? item.text : item.line.text));

describe("what happened to the film", () => {
  test("is told with the place", () => {
    expect(texts([did("pause", "Max", 0, { pos_s: 724 })])).toEqual(["Max paused · 12:04"]);
  });

  test("of one person within ten seconds is one line with the last place", () => {
    const log = [
      did("pause", "Max", 0, { pos_s: 1 }),
      did("seek", "Max", 4000, { pos_s: 60 }),
      did("seek", "Max", 8000, { pos_s: 90 }),
      did("play", "Max", 12_000, { pos_s: 90 }),
    ];
    expect(texts(log)).toEqual(["Max paused, jumped and pressed play · 1:30"]);
  });

  test("is told anew after ten seconds, by another person, or after a message", () => {
    expect(texts([did("pause", "Max", 0), did("play", "Max", 10_000)])).toHaveLength(2);
    expect(texts([did("pause", "Max", 0), did("play", "Ana", 1)])).toHaveLength(2);
    const log = [did("pause", "Max", 0), said("hi", "Ana", 1), did("play", "Max", 2)];
    expect(texts(log)).toEqual(["Max paused", "hi", "Max pressed play"]);
  });

  test("by nobody is told of the room", () => {
    expect(texts([did("ended", null, 0)])).toEqual(["The film ended"]);
  });
});

describe("coming and going", () => {
  test("is a line of its own", () => {
    const log = [
      did("joined", null, 0, { names: ["Max", "Ana", "Li"] }),
      did("left", null, 1000, { names: ["Max"] }),
      did("ended", null, 2000),
    ];
    expect(texts(log)).toEqual(["Max, Ana and Li joined", "Max left", "The film ended"]);
  });

  test("of a crowd is counted", () => {
    const names = ["Max", "Ana", "Li", "Bo", "Cy"];
    expect(texts([did("joined", null, 0, { names })])).toEqual(["Max, Ana and 3 others joined"]);
  });
});

describe("messages", () => {
  const opens = (log: LogEntry[]) =>
    conversation(log).map((item) => item.kind === "message" && item.opensRun);

  test("of one author run together until somebody else speaks, something happens or time passes", () => {
    expect(opens([said("a", "Max", 0), said("b", "Max", 1), said("c", "Ana", 2)])).toEqual([
      true,
      false,
      true,
    ]);
    expect(opens([said("a", "Max", 0), said("b", "Max", 120_000)])).toEqual([true, true]);
    expect(opens([said("a", "Max", 0), did("pause", "Ana", 1), said("b", "Max", 2)])[2]).toBe(true);
  });

  test("show what they answer, and open a run then", () => {
    const question = said("q", "Max", 0);
    const [, item] = conversation([question, said("a", "Max", 1, { reply_to: "q" })]);
    expect(item).toMatchObject({ quoted: question, opensRun: true });
  });

  test("that answer something no longer in the log stand alone", () => {
    expect(conversation([said("a", "Max", 1, { reply_to: "gone" })])[0]).toMatchObject({
      quoted: null,
    });
  });
});

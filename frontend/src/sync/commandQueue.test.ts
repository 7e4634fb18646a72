import { describe, expect, it } from "vitest";
import { type PendingCommand, RetryQueue } from "./commandQueue";

const chat = (cid: string): PendingCommand => ({ t: "chat", cid, text: "hi", pos_s: 0 });
const command = (cid: string): PendingCommand => ({ t: "cmd", cid, op: "play", mrev: 1 });
const SAME = { freshConnection: false };
const FRESH = { freshConnection: true };
const cids = (commands: PendingCommand[]) => commands.map((one) => one.cid);

describe("RetryQueue", () => {
  it("returns each command once, and all unanswered ones again for a new connection", () => {
    const queue = new RetryQueue();
    queue.add(chat("a"), 0);
    expect(cids(queue.due(0, SAME))).toEqual(["a"]);
    queue.add(chat("b"), 10);
    expect(cids(queue.due(10, SAME))).toEqual(["b"]);
    expect(cids(queue.due(20, FRESH))).toEqual(["a", "b"]);
    queue.settle("a");
    expect(cids(queue.due(30, FRESH))).toEqual(["b"]);
  });

  it("repeats an unanswered command four times at most", () => {
    const queue = new RetryQueue();
    queue.add(chat("a"), 0);
    const sent = [0, 6_000, 12_000, 18_000].flatMap((now_ms) => queue.due(now_ms, SAME));
    expect(sent).toHaveLength(4);
    expect(cids(queue.giveUp(23_000))).toEqual([]);
    expect(cids(queue.giveUp(24_000))).toEqual(["a"]);
    expect(queue.settle("a")).toBeNull();
  });

  it("drops a command after ten seconds, and keeps chat that was never sent", () => {
    const queue = new RetryQueue();
    queue.add(command("a"), 0);
    queue.add(chat("b"), 0);
    expect(cids(queue.giveUp(600_000))).toEqual(["a"]);
    expect(cids(queue.due(600_000, FRESH))).toEqual(["b"]);
  });

  it("never repeats a sent message once the room may have forgotten its cid", () => {
    const queue = new RetryQueue();
    queue.add(chat("a"), 0);
    queue.due(0, SAME);
    expect(cids(queue.giveUp(9 * 60_000 + 1))).toEqual(["a"]);
  });
});

import { describe, expect, it } from "vitest";
import { Outbox, type Parcel } from "./commandQueue";

const chat = (cid: string): Parcel => ({ t: "chat", cid, text: "hi", pos_s: 0 });
const command = (cid: string): Parcel => ({ t: "cmd", cid, op: "play", mrev: 1 });
const STEADY = { freshConnection: false };
const FRESH = { freshConnection: true };
const cids = (parcels: Parcel[]) => parcels.map((parcel) => parcel.cid);

describe("Outbox", () => {
  it("hands each parcel out once, and all unanswered ones again to a new connection", () => {
    const outbox = new Outbox();
    outbox.put(chat("a"), 0);
    expect(cids(outbox.due(0, STEADY))).toEqual(["a"]);
    outbox.put(chat("b"), 10);
    expect(cids(outbox.due(10, STEADY))).toEqual(["b"]);
    expect(cids(outbox.due(20, FRESH))).toEqual(["a", "b"]);
    outbox.settle("a");
    expect(cids(outbox.due(30, FRESH))).toEqual(["b"]);
  });

  it("repeats into a silence, four times at most", () => {
    const outbox = new Outbox();
    outbox.put(chat("a"), 0);
    const sent = [0, 6_000, 12_000, 18_000].flatMap((now_ms) => outbox.due(now_ms, STEADY));
    expect(sent).toHaveLength(4);
    expect(cids(outbox.giveUp(23_000))).toEqual([]);
    expect(cids(outbox.giveUp(24_000))).toEqual(["a"]);
    expect(outbox.settle("a")).toBeNull();
  });

  it("drops a command that is ten seconds old, and keeps chat that was never sent", () => {
    const outbox = new Outbox();
    outbox.put(command("a"), 0);
    outbox.put(chat("b"), 0);
    expect(cids(outbox.giveUp(600_000))).toEqual(["a"]);
    expect(cids(outbox.due(600_000, FRESH))).toEqual(["b"]);
  });

  it("never repeats a sent message when the room may have forgotten its cid", () => {
    const outbox = new Outbox();
    outbox.put(chat("a"), 0);
    outbox.due(0, STEADY);
    expect(cids(outbox.giveUp(9 * 60_000 + 1))).toEqual(["a"]);
  });
});

import { describe, expect, it } from "vitest";
import {
  newTransfer,
  QUANTUM_BYTES,
  step,
  storedBytes,
  type Transfer,
  type TransferEvent,
} from "./transfer";

const MIB = 1024 * 1024;
const SIZE = 100 * MIB + 7;

function answered(status: number, range: string | null = null, took_ms = 6000): TransferEvent {
  return { type: "answered", status, range, took_ms, retryAfter_ms: null };
}

function following(transfer: Transfer, ...events: TransferEvent[]): Transfer {
  return events.reduce((state, event) => step(state, event, 0.5), transfer);
}

const sending = following(
  newTransfer(SIZE),
  { type: "granted" },
  { type: "started", session: "s" },
);

describe("storedBytes", () => {
  it("reads a missing Range as 0 bytes, and bytes=0-N as N+1 bytes", () => {
    expect(storedBytes(null)).toBe(0);
    expect(storedBytes("bytes=0-0")).toBe(1);
    expect(storedBytes("bytes=0-262143")).toBe(QUANTUM_BYTES);
    expect(storedBytes("bytes=5-9")).toBeNull();
  });
});

describe("a transfer", () => {
  it("begins with a grant, a start and a first chunk of 8 MiB", () => {
    expect(newTransfer(SIZE).phase).toEqual({ at: "granting" });
    expect(following(newTransfer(SIZE), { type: "granted" }).phase).toEqual({ at: "starting" });
    expect(sending.phase).toEqual({ at: "sending", from: 0, to: 8 * MIB });
  });

  it("queries first when it has an earlier page's session", () => {
    expect(newTransfer(SIZE, "s").phase).toEqual({ at: "querying" });
  });

  it("continues from the returned Range, not from what was sent", () => {
    const next = following(sending, answered(308, `bytes=0-${3 * MIB - 1}`));
    expect(next.phase).toEqual({ at: "sending", from: 3 * MIB, to: 11 * MIB });
  });

  it("starts at 0 again when the queried server has nothing", () => {
    const next = following(newTransfer(SIZE, "s"), answered(308, null));
    expect(next.phase).toMatchObject({ at: "sending", from: 0 });
  });

  it("sends chunks that are multiples of 256 KiB, except the last", () => {
    const odd = following(newTransfer(SIZE, "s"), answered(308, `bytes=0-${SIZE - 8}`));
    expect(odd.phase).toEqual({ at: "sending", from: SIZE - 7, to: SIZE });
    const phase = following(sending, answered(308, "bytes=0-12345")).phase;
    expect(phase.at === "sending" && (phase.to - phase.from) % QUANTUM_BYTES).toBe(0);
  });

  it("doubles fast chunks up to 64 MiB and halves slow ones down to 2 MiB", () => {
    let quick = sending;
    for (let mib = 8; mib < 90; mib += 8)
      quick = following(quick, answered(308, `bytes=0-${mib * MIB - 1}`, 100));
    expect(quick.chunk).toBe(64 * MIB);
    let slow = sending;
    for (let mib = 1; mib < 9; mib += 1)
      slow = following(slow, answered(308, `bytes=0-${mib * MIB - 1}`, 20_000));
    expect(slow.chunk).toBe(2 * MIB);
  });

  it("queries after a lost answer before it sends anything again", () => {
    const lost = following(sending, { type: "lost" });
    expect(lost.phase).toEqual({ at: "backing_off", delay_ms: 500 });
    expect(following(lost, { type: "due" }).phase).toEqual({ at: "querying" });
  });

  it("waits longer after each failure, at most 30 s, and resets after progress", () => {
    let failing = sending;
    for (let i = 0; i < 10; i += 1) failing = following(failing, answered(503), { type: "due" });
    expect(step(failing, answered(503), 0.999).phase).toMatchObject({ delay_ms: 29_970 });
    expect(following(failing, answered(308, "bytes=0-262143")).attempt).toBe(0);
  });

  it("waits as long as the server requests", () => {
    const busy = following(sending, { ...answered(429), retryAfter_ms: 90_000 } as TransferEvent);
    expect(busy.phase).toEqual({ at: "backing_off", delay_ms: 90_000 });
  });

  it("does not trust a server that claims more than was sent", () => {
    const next = following(sending, answered(308, `bytes=0-${9 * MIB}`));
    expect(next.phase.at).toBe("backing_off");
    expect(next.confirmed).toBe(0);
    expect(following(sending, answered(308, `bytes=0-${SIZE}`)).phase.at).toBe("failed");
  });

  it("requests a new session when the old one is lost, but not forever", () => {
    const again = following(sending, answered(410));
    expect(again).toMatchObject({ session: null, confirmed: 0, phase: { at: "granting" } });
    let lost = sending;
    for (let i = 0; i < 3; i += 1) {
      lost = following(lost, answered(404), { type: "granted" }, { type: "started", session: "n" });
    }
    expect(following(lost, answered(404)).phase).toMatchObject({
      at: "failed",
      failure: "sessions_lost",
    });
  });

  it("treats an existing object as the end of its own upload", () => {
    const late = following(newTransfer(SIZE), { type: "granted" }, answered(412));
    expect(late.phase.at).toBe("done");
  });

  it("queries again when everything is stored but not finished", () => {
    const stored = following(newTransfer(SIZE, "s"), answered(308, `bytes=0-${SIZE - 1}`));
    expect(stored.phase.at).toBe("backing_off");
    expect(following(stored, { type: "due" }, answered(200)).phase.at).toBe("done");
  });

  it("does nothing while paused, and queries on resuming", () => {
    const paused = following(sending, { type: "pause" });
    expect(following(paused, { type: "due" }).phase).toEqual({ at: "paused" });
    expect(following(paused, { type: "resume" }).phase).toEqual({ at: "querying" });
  });

  it("stays in its final phase", () => {
    const cancelled = following(sending, { type: "cancel" });
    expect(following(cancelled, { type: "resume" }, answered(200)).phase).toEqual({
      at: "cancelled",
    });
  });

  it("fails on a refusal that a retry cannot fix", () => {
    expect(following(sending, answered(400)).phase).toMatchObject({
      at: "failed",
      failure: "rejected",
    });
    const refused = following(newTransfer(SIZE), {
      type: "refused",
      detail: "Your space is full.",
    });
    expect(refused.phase).toMatchObject({
      failure: "grant_refused",
      detail: "Your space is full.",
    });
  });
});

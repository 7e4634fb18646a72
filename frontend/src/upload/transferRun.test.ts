import { describe, expect, it } from "vitest";
import { HandTimers } from "./fakes/handTimers";
import { type Fault, GRANT, ResumableServer } from "./fakes/resumableServer";
import type { Transfer } from "./transfer";
import { GrantRefused, TransferRun } from "./transferRun";
import { ConnectionLost } from "./transport";

const MIB = 1024 * 1024;

function film(size: number): { blob: Blob; bytes: Uint8Array<ArrayBuffer> } {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) bytes[i] = (i * 31 + (i >> 9)) % 251;
  return { blob: new Blob([bytes]), bytes };
}

interface Setup {
  size?: number;
  faults?: Fault[];
  session?: string | undefined;
  server?: ResumableServer;
  grant?: () => Promise<typeof GRANT>;
}

function setup({ size = 9 * MIB + 5, faults, session, server, grant }: Setup = {}) {
  const { blob, bytes } = film(size);
  const timers = new HandTimers();
  const seen: Array<{ transfer: Transfer; sent: number }> = [];
  const storage = server ?? new ResumableServer(size, faults);
  const run = new TransferRun({
    file: blob,
    session: session ?? null,
    transport: storage,
    grant: grant ?? (async () => GRANT),
    timers,
    random: () => 0.5,
    onChange: (transfer, sent) => seen.push({ transfer, sent }),
  });
  const until = async (at: Transfer["phase"]["at"]) => {
    for (let turn = 0; turn < 500 && run.transfer.phase.at !== at; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      timers.advance(run.transfer.phase.at === "backing_off" ? 40_000 : 0);
    }
    expect(run.transfer.phase.at).toBe(at);
  };
  const untilWaiting = async () => {
    for (let turn = 0; turn < 500 && timers.pending === 0; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(timers.pending).toBe(1);
  };
  const arrivedWhole = () => Buffer.compare(storage.stored, bytes) === 0;
  return { run, storage, bytes, timers, seen, until, untilWaiting, arrivedWhole };
}

describe("an upload over a good connection", () => {
  it("arrives complete, each byte sent once", async () => {
    const { run, storage, bytes, until, arrivedWhole } = setup();
    run.start();
    await until("done");
    expect(arrivedWhole()).toBe(true);
    expect(storage.received).toBe(bytes.length);
  });

  it("counts bytes in flight", async () => {
    const { run, seen, until } = setup({ size: 1000 });
    run.start();
    await until("done");
    expect(seen.some(({ transfer, sent }) => transfer.confirmed === 0 && sent === 1000)).toBe(true);
  });
});

describe("an upload over a bad connection", () => {
  it.each<[string, Fault[]]>([
    ["an answer lost after the bytes were stored", ["lose_answer"]],
    ["a request that never arrived", ["lose_request", "lose_request"]],
    ["a half-stored chunk", ["store_half"]],
    ["an unavailable server", ["unavailable", "unavailable", "unavailable"]],
    ["a lost session", ["forget"]],
    ["an answer that claims too much", ["credit_too_much"]],
    [
      "all of it",
      ["lose_answer", "store_half", "unavailable", "forget", "lose_request", "credit_too_much"],
    ],
  ])("arrives complete despite %s", async (_, faults) => {
    const { run, until, arrivedWhole } = setup({ faults });
    run.start();
    await until("done");
    expect(arrivedWhole()).toBe(true);
  });

  it("sends nothing again that was stored before the answer was lost", async () => {
    const { run, storage, bytes, until } = setup({ faults: ["lose_answer"] });
    run.start();
    await until("done");
    expect(storage.received).toBe(bytes.length);
  });

  it("retries at once when the connection returns", async () => {
    const { run, storage, timers, until, untilWaiting } = setup({ faults: ["lose_request"] });
    run.start();
    await untilWaiting();
    run.retryNow();
    expect(timers.pending).toBe(0);
    await until("done");
    expect(storage.finished).toBe(true);
  });
});

describe("an interrupted upload", () => {
  it("continues where it stopped when another page takes over the session", async () => {
    const first = setup({ faults: ["store_half", "lose_request"] });
    first.run.start();
    await first.untilWaiting();
    first.run.pause();
    const before = first.storage.received;
    const kept = first.storage.stored.length;
    const session = first.run.transfer.session ?? undefined;
    const second = setup({ server: first.storage, session });
    second.run.start();
    await second.until("done");
    expect(second.arrivedWhole()).toBe(true);
    expect(second.storage.sessions).toBe(1);
    expect(second.storage.received - before).toBe(second.bytes.length - kept);
  });

  it("drops the answer to a request that a pause has aborted", async () => {
    const { run, storage, until } = setup();
    run.start();
    run.pause();
    await new Promise((resolve) => setImmediate(resolve));
    expect(run.transfer.phase.at).toBe("paused");
    expect(storage.requests).toEqual([]);
    run.resume();
    await until("done");
  });

  it("does not count backwards when it is paused or loses the connection", async () => {
    const { run, seen, storage, until, untilWaiting } = setup({ faults: ["lose_answer"] });
    run.start();
    await untilWaiting();
    const inFlight = Math.max(...seen.map(({ sent }) => sent));
    expect(inFlight).toBe(storage.stored.length);
    expect(run.transfer.confirmed).toBe(0);
    run.pause();
    expect(seen.at(-1)?.sent).toBe(inFlight);
    run.resume();
    expect(seen.at(-1)?.sent).toBe(inFlight);
    await until("done");
  });

  it("counts what the server has once it says so, even if that is less", async () => {
    const { run, seen, storage, until } = setup({ faults: ["store_half", "lose_request"] });
    run.start();
    await until("done");
    const counted = seen.map(({ sent }) => sent);
    expect(counted.some((sent, index) => sent < (counted[index - 1] ?? 0))).toBe(true);
    expect(counted.at(-1)).toBe(storage.stored.length);
  });

  it("discards its session when cancelled", async () => {
    const { run, storage, untilWaiting } = setup({ faults: ["lose_request"] });
    run.start();
    await untilWaiting();
    await run.cancel();
    expect(run.transfer.phase.at).toBe("cancelled");
    expect(storage.discarded).toBe(1);
  });

  it("reports the reason when the API refuses a start", async () => {
    const { run, until } = setup({
      grant: async () => {
        throw new GrantRefused("This video was deleted.");
      },
    });
    run.start();
    await until("failed");
    expect(run.transfer.phase).toMatchObject({ detail: "This video was deleted." });
  });

  it("keeps retrying while the API is unreachable", async () => {
    let calls = 0;
    const { run, until } = setup({
      size: 1000,
      grant: async () => {
        calls += 1;
        if (calls < 4) throw new ConnectionLost("grant");
        return GRANT;
      },
    });
    run.start();
    await until("done");
    expect(calls).toBe(4);
  });
});

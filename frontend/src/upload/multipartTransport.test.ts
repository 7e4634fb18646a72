import { describe, expect, it } from "vitest";
import { HandTimers } from "./fakes/handTimers";
import { MultipartServer, PART_BYTES, PARTS_GRANT, type PartFault } from "./fakes/multipartServer";
import { multipartTransport } from "./multipartTransport";
import type { Transfer } from "./transfer";
import { TransferRun } from "./transferRun";

const SIZE = 9 * PART_BYTES + 5;

function film(size: number): Blob {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 4096) bytes[i] = (i >> 12) % 251;
  return new Blob([bytes]);
}

const FILM = film(SIZE);

function setup(faults: Record<number, PartFault> = {}, session: string | null = null) {
  const server = new MultipartServer(SIZE, faults);
  const timers = new HandTimers();
  const seen: Array<{ transfer: Transfer; sent: number }> = [];
  const runWith = (earlier: string | null) =>
    new TransferRun({
      file: FILM,
      session: earlier,
      transport: multipartTransport(server),
      grant: async () => PARTS_GRANT,
      timers,
      random: () => 0.5,
      onChange: (transfer, sent) => seen.push({ transfer, sent }),
    });
  const until = async (run: TransferRun, holds: () => boolean) => {
    for (let turn = 0; turn < 2_000 && !holds(); turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      timers.advance(run.transfer.phase.at === "backing_off" ? 40_000 : 0);
    }
    expect(holds()).toBe(true);
  };
  const done = (run: TransferRun) => until(run, () => run.transfer.phase.at === "done");
  const whole = async () =>
    server.finished !== null &&
    Buffer.compare(
      Buffer.from(await server.finished.arrayBuffer()),
      Buffer.from(await FILM.arrayBuffer()),
    ) === 0;
  return { server, seen, run: runWith(session), runWith, until, done, whole };
}

describe("a multipart upload over a good connection", () => {
  it("arrives whole, each part once and several at once", async () => {
    const { server, run, done, whole } = setup();
    run.start();
    await done(run);
    expect(await whole()).toBe(true);
    expect([...server.puts].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(server.atOnce).toBe(4);
  });

  it("counts bytes in flight, but never more than the file has", async () => {
    const { seen, run, done } = setup();
    run.start();
    await done(run);
    expect(seen.some(({ transfer, sent }) => sent > transfer.confirmed)).toBe(true);
    expect(Math.max(...seen.map(({ sent }) => sent))).toBe(SIZE);
  });
});

describe("a multipart upload over a bad connection", () => {
  const faults: PartFault[] = ["lose_request", "lose_answer", "unavailable"];
  it.each(faults)("continues after %s without sending stored parts again", async (fault) => {
    const { server, run, done, whole } = setup({ 2: fault, 7: fault });
    run.start();
    await done(run);
    expect(await whole()).toBe(true);
    // Only parts in flight during a fault may arrive twice: four at most, for each of two faults.
    expect(server.puts.length).toBeLessThanOrEqual(10 + 2 * 4);
  });

  it("starts again when the store has lost it", async () => {
    const { run, done, whole } = setup({ 6: "gone" });
    run.start();
    await done(run);
    expect(run.transfer.restarts).toBeGreaterThan(0);
    expect(await whole()).toBe(true);
  });

  it("waits for the API, too", async () => {
    const { server, run, until, done, whole } = setup();
    server.offline = true;
    run.start();
    await until(run, () => run.transfer.attempt > 1);
    server.offline = false;
    await done(run);
    expect(await whole()).toBe(true);
  });
});

describe("an interrupted multipart upload", () => {
  it("continues after a reload where it stopped", async () => {
    const { server, run, runWith, until, done, whole } = setup();
    run.start();
    await until(run, () => run.transfer.confirmed > 0);
    run.pause();
    const before = server.puts.length;
    const later = runWith(run.transfer.session);
    later.start();
    await done(later);
    expect(await whole()).toBe(true);
    expect(server.puts.slice(before)).not.toContain(1);
  });

  it("is complete even if the answer to its completion was lost", async () => {
    const { server, run, runWith, done } = setup();
    run.start();
    await done(run);
    const again = runWith("s3-multipart:-v1:8388608");
    again.start();
    await done(again);
    expect(server.puts.length).toBe(10);
  });

  it("is completed when all parts are stored", async () => {
    const { server, run, done, whole } = setup({}, "s3-multipart:-v1:8388608");
    for (let number = 1; number <= 10; number += 1) {
      server.stored.set(number, FILM.slice((number - 1) * PART_BYTES, number * PART_BYTES));
    }
    run.start();
    await done(run);
    expect(server.puts).toEqual([]);
    expect(await whole()).toBe(true);
  });

  it("is aborted at the store, too", async () => {
    const { server, run, until } = setup();
    run.start();
    await until(run, () => run.transfer.confirmed > 0);
    await run.cancel();
    expect(server.aborted).toBe(1);
  });
});

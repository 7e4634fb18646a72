/**
 * A resumable upload as a pure state machine, in the words of gcs-resumable, in which other protocols' transports
 * answer too: `step` takes what happened and says what to do next. It does no I/O and reads no clock; TransferRun
 * performs the phase it returns and feeds the outcome back.
 *
 * The server's Range is the only truth: whatever was sent, the next byte is the one after it, and after any doubt
 * (no answer, a strange answer, a pause) it is asked before anything is sent again.
 */

export const QUANTUM_BYTES = 256 * 1024;
const MIB = 1024 * 1024;
const CHUNK_BYTES = { first: 8 * MIB, least: 2 * MIB, most: 64 * MIB };
/** Chunks that take less are doubled, those that take more are halved. */
const QUICK_MS = 4_000;
const SLOW_MS = 15_000;
const BACKOFF_MS = { first: 1_000, most: 30_000, least: 250 };
/** A server that keeps losing its sessions is broken; asking for ever would hide that. */
const MAX_RESTARTS = 3;

type TransferFailure = "rejected" | "confused" | "sessions_lost" | "grant_refused";

type Phase =
  | { at: "granting" }
  | { at: "starting" }
  | { at: "asking" }
  | { at: "sending"; from: number; to: number }
  | { at: "backing_off"; delay_ms: number }
  | { at: "paused" }
  | { at: "done" }
  | { at: "failed"; failure: TransferFailure; detail: string }
  | { at: "cancelled" };

export interface Transfer {
  readonly size: number;
  /** The session's address, a secret; null before the start and after it was lost. */
  readonly session: string | null;
  readonly confirmed: number;
  readonly chunk: number;
  readonly quantum: number;
  /** Tries since the last confirmed byte. */
  readonly attempt: number;
  readonly restarts: number;
  readonly phase: Phase;
}

export type TransferEvent =
  | { type: "granted" }
  | { type: "refused"; detail: string }
  | { type: "started"; session: string; quantum_bytes?: number }
  | {
      type: "answered";
      status: number;
      range: string | null;
      took_ms: number;
      retryAfter_ms: number | null;
      quantum_bytes?: number;
    }
  | { type: "lost" }
  | { type: "due" }
  | { type: "pause" }
  | { type: "resume" }
  | { type: "cancel" };

/** A fresh upload, or with a session of an earlier page one that first asks how far it got. */
export function newTransfer(size: number, session: string | null = null): Transfer {
  return {
    size,
    session,
    confirmed: 0,
    chunk: CHUNK_BYTES.first,
    quantum: QUANTUM_BYTES,
    attempt: 0,
    restarts: 0,
    phase: { at: session === null ? "granting" : "asking" },
  };
}

export function isOver({ phase }: Transfer): boolean {
  return phase.at === "done" || phase.at === "failed" || phase.at === "cancelled";
}

/** `random` is a number in [0, 1) for the jitter of a back-off. */
export function step(before: Transfer, event: TransferEvent, random: number): Transfer {
  if (isOver(before)) return before;
  const quantum = ("quantum_bytes" in event && event.quantum_bytes) || before.quantum;
  const transfer = { ...before, quantum };
  switch (event.type) {
    case "granted":
      return { ...transfer, phase: { at: "starting" } };
    case "refused":
      return failed(transfer, "grant_refused", event.detail);
    case "started":
      return send({ ...transfer, session: event.session, confirmed: 0, attempt: 0 });
    case "answered":
      return afterAnswer(transfer, event, random);
    case "lost":
      return backOff(transfer, random, null);
    case "due":
      return transfer.phase.at === "backing_off" ? again(transfer) : transfer;
    case "pause":
      return { ...transfer, phase: { at: "paused" } };
    case "resume":
      return transfer.phase.at === "paused" ? again({ ...transfer, attempt: 0 }) : transfer;
    case "cancel":
      return { ...transfer, phase: { at: "cancelled" } };
  }
}

function afterAnswer(
  transfer: Transfer,
  answer: Extract<TransferEvent, { type: "answered" }>,
  random: number,
): Transfer {
  const { status } = answer;
  if (status === 200 || status === 201) {
    return { ...transfer, confirmed: transfer.size, phase: { at: "done" } };
  }
  if (status === 308) return afterProgress(transfer, answer, random);
  // The object is there already: an answer to an earlier final chunk got lost.
  if (status === 412) return { ...transfer, confirmed: transfer.size, phase: { at: "done" } };
  if (status === 408 || status === 429 || status >= 500) {
    return backOff(transfer, random, answer.retryAfter_ms);
  }
  if (status === 401 || status === 403 || status === 404 || status === 410)
    return restart(transfer);
  return failed(transfer, "rejected", `The upload failed (${status}). Try again.`);
}

function afterProgress(
  transfer: Transfer,
  { range, took_ms }: { range: string | null; took_ms: number },
  random: number,
): Transfer {
  const stored = storedBytes(range);
  if (stored === null || stored > transfer.size) {
    return failed(
      transfer,
      "confused",
      "The upload failed: the storage sent an unexpected response. Try again.",
    );
  }
  const { phase } = transfer;
  // It cannot have more than it was given; an answer like that is not trusted, but asked about.
  if (phase.at === "sending" && stored > phase.to) return backOff(transfer, random, null);
  const progressed = stored > transfer.confirmed;
  const chunk = phase.at === "sending" ? nextChunk(transfer.chunk, took_ms) : transfer.chunk;
  const known: Transfer = { ...transfer, confirmed: stored, chunk };
  // Everything is stored and yet not finished: asking again lets the server finish.
  if (stored === transfer.size) return backOff(known, random, null);
  if (phase.at === "sending" && !progressed) return backOff(known, random, null);
  return send({ ...known, attempt: progressed ? 0 : known.attempt });
}

/** "bytes=0-N" is N+1 bytes; no header is none at all; anything else is null. */
export function storedBytes(range: string | null): number | null {
  if (range === null || range === "") return 0;
  const match = /^bytes=0-(\d+)$/.exec(range.trim());
  return match ? Number(match[1]) + 1 : null;
}

function nextChunk(chunk: number, took_ms: number): number {
  if (took_ms < QUICK_MS) return Math.min(chunk * 2, CHUNK_BYTES.most);
  if (took_ms > SLOW_MS) return Math.max(chunk / 2, CHUNK_BYTES.least);
  return chunk;
}

function send(transfer: Transfer): Transfer {
  const from = transfer.confirmed;
  const { size, chunk, quantum } = transfer;
  // Only the last chunk may be of any length.
  const length = Math.max(Math.floor(chunk / quantum), 1) * quantum;
  return { ...transfer, phase: { at: "sending", from, to: Math.min(from + length, size) } };
}

function backOff(transfer: Transfer, random: number, retryAfter_ms: number | null): Transfer {
  const ceiling_ms = Math.min(BACKOFF_MS.first * 2 ** transfer.attempt, BACKOFF_MS.most);
  const delay_ms = Math.max(random * ceiling_ms, BACKOFF_MS.least, retryAfter_ms ?? 0);
  return {
    ...transfer,
    chunk: Math.max(transfer.chunk / 2, CHUNK_BYTES.least),
    attempt: transfer.attempt + 1,
    phase: { at: "backing_off", delay_ms },
  };
}

function again(transfer: Transfer): Transfer {
  return { ...transfer, phase: { at: transfer.session === null ? "granting" : "asking" } };
}

function restart(transfer: Transfer): Transfer {
  if (transfer.restarts >= MAX_RESTARTS) {
    return failed(
      transfer,
      "sessions_lost",
      "The upload failed: the storage lost it several times. Try again.",
    );
  }
  return {
    ...transfer,
    session: null,
    confirmed: 0,
    restarts: transfer.restarts + 1,
    phase: { at: "granting" },
  };
}

function failed(transfer: Transfer, failure: TransferFailure, detail: string): Transfer {
  return { ...transfer, phase: { at: "failed", failure, detail } };
}

/**
 * A resumable upload as a pure state machine. It uses the terms of gcs-resumable, to which the transports of other
 * protocols translate. `step` takes an event and returns the next phase. It does no I/O and reads no clock; TransferRun
 * performs the phase and reports the outcome.
 *
 * The server's Range is authoritative: whatever was sent, the next byte is the one after it, and in case of doubt (no
 * answer, an inconsistent answer, a pause) the server is queried before anything is sent again.
 */
import { t } from "@lingui/core/macro";

export const QUANTUM_BYTES = 256 * 1024;
const MIB = 1024 * 1024;
const CHUNK_BYTES = { first: 8 * MIB, least: 2 * MIB, most: 64 * MIB };
/** The chunk size doubles after faster chunks and halves after slower ones. */
const QUICK_MS = 4_000;
const SLOW_MS = 15_000;
const BACKOFF_MS = { first: 1_000, most: 30_000, least: 250 };
/** A server that keeps losing sessions is broken; endless retries would hide that. */
const MAX_RESTARTS = 3;

type TransferFailure = "rejected" | "confused" | "sessions_lost" | "grant_refused";

type Phase =
  | { at: "granting" }
  | { at: "starting" }
  | { at: "querying" }
  | { at: "sending"; from: number; to: number }
  | { at: "backing_off"; delay_ms: number }
  | { at: "paused" }
  | { at: "done" }
  | { at: "failed"; failure: TransferFailure; detail: string }
  | { at: "cancelled" };

export interface Transfer {
  readonly size: number;
  /** The session's URL, a secret; null before the start and after a loss. */
  readonly session: string | null;
  readonly confirmed: number;
  readonly chunk: number;
  readonly quantum: number;
  /** Attempts since the last confirmed byte. */
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

/** A new upload; with an earlier page's session, one that first queries how far it got. */
export function newTransfer(size: number, session: string | null = null): Transfer {
  return {
    size,
    session,
    confirmed: 0,
    chunk: CHUNK_BYTES.first,
    quantum: QUANTUM_BYTES,
    attempt: 0,
    restarts: 0,
    phase: { at: session === null ? "granting" : "querying" },
  };
}

export function isFinished({ phase }: Transfer): boolean {
  return phase.at === "done" || phase.at === "failed" || phase.at === "cancelled";
}

/** `random` is a number in [0, 1), for the back-off's jitter. */
export function step(before: Transfer, event: TransferEvent, random: number): Transfer {
  if (isFinished(before)) return before;
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
      return transfer.phase.at === "backing_off" ? resumeOrGrant(transfer) : transfer;
    case "pause":
      return { ...transfer, phase: { at: "paused" } };
    case "resume":
      return transfer.phase.at === "paused" ? resumeOrGrant({ ...transfer, attempt: 0 }) : transfer;
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
  // The object exists already: the answer to an earlier final chunk was lost.
  if (status === 412) return { ...transfer, confirmed: transfer.size, phase: { at: "done" } };
  if (status === 408 || status === 429 || status >= 500) {
    return backOff(transfer, random, answer.retryAfter_ms);
  }
  if (status === 401 || status === 403 || status === 404 || status === 410)
    return restart(transfer);
  return failed(transfer, "rejected", t`The upload failed (${status}). Try again.`);
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
      t`The upload failed: the storage sent an unexpected response. Try again.`,
    );
  }
  const { phase } = transfer;
  // The server cannot have more than was sent: the answer is not trusted, and the server is queried.
  if (phase.at === "sending" && stored > phase.to) return backOff(transfer, random, null);
  const progressed = stored > transfer.confirmed;
  const chunk = phase.at === "sending" ? nextChunk(transfer.chunk, took_ms) : transfer.chunk;
  const known: Transfer = { ...transfer, confirmed: stored, chunk };
  // Everything is stored but not finished: another query lets the server finish.
  if (stored === transfer.size) return backOff(known, random, null);
  if (phase.at === "sending" && !progressed) return backOff(known, random, null);
  return send({ ...known, attempt: progressed ? 0 : known.attempt });
}

/** "bytes=0-N" is N+1 bytes, no header is 0 bytes, anything else is null. */
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
  // Only the last chunk may have any length.
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

function resumeOrGrant(transfer: Transfer): Transfer {
  return { ...transfer, phase: { at: transfer.session === null ? "granting" : "querying" } };
}

function restart(transfer: Transfer): Transfer {
  if (transfer.restarts >= MAX_RESTARTS) {
    return failed(
      transfer,
      "sessions_lost",
      t`The upload failed: the storage lost it several times. Try again.`,
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

/**
 * A strict gcs-resumable server in memory that rejects wrong offsets and lengths. Faults: it can lose an answer after
 * storing the bytes, store only a part, fail, or lose its sessions.
 */

import type { UploadGrant } from "@/api/videos";
import { QUANTUM_BYTES } from "../transfer";
import { ConnectionLost, type Reply, type StartReply, type UploadTransport } from "../transport";

export type Fault =
  | "lose_answer"
  | "lose_request"
  | "store_half"
  | "unavailable"
  | "forget"
  | "credit_too_much";

export const GRANT: UploadGrant = {
  protocol: "gcs-resumable",
  start_url: "http://watch.test/upload/start",
  headers: { "x-goog-resumable": "start" },
  expires_at: "2030-01-01T00:00:00Z",
};

export class ResumableServer implements UploadTransport {
  stored = new Uint8Array(0);
  finished = false;
  /** Received bytes, stored or not. */
  received = 0;
  sessions = 0;
  discarded = 0;
  readonly requests: string[] = [];
  #open: string | null = null;
  readonly #faults: Fault[];
  readonly #size: number;

  constructor(size: number, faults: Fault[] = []) {
    this.#size = size;
    this.#faults = faults;
  }

  async start(): Promise<StartReply> {
    this.requests.push("start");
    if (this.finished) return { ...reply(412), session: null };
    this.sessions += 1;
    this.stored = new Uint8Array(0);
    this.#open = `http://watch.test/upload/session-${this.sessions}`;
    return { ...reply(201), session: this.#open };
  }

  async query(session: string): Promise<Reply> {
    this.requests.push("query");
    if (session !== this.#open) return reply(410);
    return this.#progress();
  }

  async send(
    session: string,
    chunk: Blob,
    { from, size }: { from: number; size: number },
    onProgress: (sent: number) => void,
  ): Promise<Reply> {
    this.requests.push(`send ${from}+${chunk.size}`);
    const fault = this.#faults.shift();
    if (fault === "lose_request") throw new ConnectionLost("send");
    if (fault === "forget") this.#open = null;
    if (fault === "unavailable") return reply(503);
    if (session !== this.#open) return reply(410);
    if (from !== this.stored.length || size !== this.#size) return reply(400);
    const last = from + chunk.size === size;
    if (!last && (chunk.size === 0 || chunk.size % QUANTUM_BYTES !== 0)) return reply(400);
    await this.#store(chunk, fault === "store_half");
    onProgress(chunk.size);
    if (fault === "lose_answer") throw new ConnectionLost("send");
    if (fault === "credit_too_much") return reply(308, `bytes=0-${this.stored.length + 41}`);
    return this.#progress();
  }

  async discard(): Promise<void> {
    this.discarded += 1;
  }

  async #store(chunk: Blob, onlyHalf: boolean): Promise<void> {
    const bytes = new Uint8Array(await chunk.arrayBuffer());
    this.received += bytes.length;
    const accepted = onlyHalf
      ? Math.floor(bytes.length / 2 / QUANTUM_BYTES) * QUANTUM_BYTES
      : bytes.length;
    const grown = new Uint8Array(this.stored.length + accepted);
    grown.set(this.stored);
    grown.set(bytes.subarray(0, accepted), this.stored.length);
    this.stored = grown;
  }

  #progress(): Reply {
    if (this.stored.length === this.#size) {
      this.finished = true;
      return reply(200);
    }
    return reply(308, this.stored.length === 0 ? null : `bytes=0-${this.stored.length - 1}`);
  }
}

function reply(status: number, range: string | null = null): Reply {
  return { status, range, retryAfter_ms: null };
}

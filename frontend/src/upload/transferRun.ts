/**
 * Executes one Transfer: performs its phase and reports the outcome to the state machine until it is finished. An answer
 * to an earlier phase, whose request a pause has aborted, is dropped.
 */

import type { UploadGrant } from "@/api/videos";
import { isFinished, newTransfer, step, type Transfer, type TransferEvent } from "./transfer";
import { ConnectionLost, type Reply, type UploadTransport } from "./transport";

export interface Timers {
  now_ms(): number;
  /** Returns a function that cancels the timer. */
  after(delay_ms: number, run: () => void): () => void;
}

export const browserTimers: Timers = {
  now_ms: () => performance.now(),
  after(delay_ms, run) {
    const timer = setTimeout(run, delay_ms);
    return () => clearTimeout(timer);
  },
};

/** The API's refusal to grant a start, with its reason. */
export class GrantRefused extends Error {
  override readonly name = "GrantRefused";
}

export interface RunOptions {
  file: Blob;
  session?: string | null;
  /** What an earlier page has sent in this session, until the server says how much it has. */
  sent?: number | undefined;
  transport: UploadTransport;
  grant: () => Promise<UploadGrant>;
  timers?: Timers;
  random?: () => number;
  /** Called after each change and while bytes move; `sent` includes bytes in flight, also after they were interrupted. */
  onChange: (transfer: Transfer, sent: number) => void;
}

export class TransferRun {
  #transfer: Transfer;
  #abort = new AbortController();
  #cancelTimer: () => void = () => {};
  #grant: UploadGrant | null = null;
  /** The bytes last reported. Until the server says how many it has, they do not become fewer. */
  #sent: number;
  readonly #options: RunOptions;
  readonly #timers: Timers;
  readonly #random: () => number;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#timers = options.timers ?? browserTimers;
    this.#random = options.random ?? Math.random;
    this.#sent = options.sent ?? 0;
    this.#transfer = newTransfer(options.file.size, options.session ?? null);
  }

  get transfer(): Transfer {
    return this.#transfer;
  }

  start(): void {
    this.#notify();
    void this.#perform();
  }

  pause = () => this.#interrupt({ type: "pause" });
  resume = () => this.#interrupt({ type: "resume" });
  /** Ends the back-off: the connection has returned. */
  retryNow = () => {
    if (this.#transfer.phase.at === "backing_off") this.#interrupt({ type: "due" });
  };

  async cancel(): Promise<void> {
    const { session } = this.#transfer;
    this.#interrupt({ type: "cancel" });
    // The server deletes unfinished uploads, so a failed discard does no harm.
    if (session) await this.#options.transport.discard(session).catch(() => {});
  }

  #interrupt(event: TransferEvent): void {
    if (isFinished(this.#transfer)) return;
    this.#abort.abort();
    this.#cancelTimer();
    this.#apply(event);
  }

  #apply(event: TransferEvent): void {
    this.#transfer = step(this.#transfer, event, this.#random());
    if (event.type === "answered" || event.type === "started") this.#sent = 0;
    this.#notify();
    void this.#perform();
  }

  #notify(inFlight = 0): void {
    this.#sent = Math.max(this.#sent, this.#transfer.confirmed + inFlight);
    this.#options.onChange(this.#transfer, this.#sent);
  }

  async #perform(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    const { phase } = this.#transfer;
    if (phase.at === "backing_off") {
      this.#cancelTimer = this.#timers.after(phase.delay_ms, () => this.#apply({ type: "due" }));
      return;
    }
    const event = await this.#outcome(abort.signal);
    if (event && !abort.signal.aborted) this.#apply(event);
  }

  async #outcome(signal: AbortSignal): Promise<TransferEvent | null> {
    try {
      return await this.#request(signal);
    } catch (error) {
      if (error instanceof ConnectionLost) return { type: "lost" };
      if (error instanceof GrantRefused) return { type: "refused", detail: error.message };
      throw error;
    }
  }

  async #request(signal: AbortSignal): Promise<TransferEvent | null> {
    const { transport, grant, file } = this.#options;
    const { phase, session, size } = this.#transfer;
    const began_ms = this.#timers.now_ms();
    const answered = (reply: Reply): TransferEvent => ({
      type: "answered",
      took_ms: this.#timers.now_ms() - began_ms,
      ...reply,
    });
    switch (phase.at) {
      case "granting":
        this.#grant = await grant();
        return { type: "granted" };
      case "starting": {
        const reply = await transport.start(this.#grant as UploadGrant);
        const { session, quantum_bytes } = reply;
        if (session === null) return answered(reply);
        return {
          type: "started",
          session,
          ...(quantum_bytes === undefined ? {} : { quantum_bytes }),
        };
      }
      case "querying":
        return answered(await transport.query(session as string, size, signal));
      case "sending": {
        const chunk = file.slice(phase.from, phase.to);
        const place = { from: phase.from, size };
        const onProgress = (sent: number) => !signal.aborted && this.#notify(sent);
        return answered(await transport.send(session as string, chunk, place, onProgress, signal));
      }
      default:
        return null;
    }
  }
}

/**
 * Carries one Transfer out: performs the phase the state machine is in, feeds back what came of it, until it is over.
 * An answer that belongs to an earlier phase (the request was aborted by a pause) is dropped.
 */

import type { UploadGrant } from "@/api/videos";
import { isOver, newTransfer, step, type Transfer, type TransferEvent } from "./transfer";
import { ConnectionLost, type Reply, type UploadTransport } from "./transport";

export interface Timers {
  now_ms(): number;
  /** Returns what cancels it. */
  after(delay_ms: number, run: () => void): () => void;
}

export const browserTimers: Timers = {
  now_ms: () => performance.now(),
  after(delay_ms, run) {
    const timer = setTimeout(run, delay_ms);
    return () => clearTimeout(timer);
  },
};

/** Why the API would not give a start; anything else that `grant` throws counts as no answer. */
export class GrantRefused extends Error {
  override readonly name = "GrantRefused";
}

export interface RunOptions {
  file: Blob;
  session?: string | null;
  transport: UploadTransport;
  grant: () => Promise<UploadGrant>;
  timers?: Timers;
  random?: () => number;
  /** After each change, and while bytes move; `sent` counts what is on its way too. */
  onChange: (transfer: Transfer, sent: number) => void;
}

export class TransferRun {
  #transfer: Transfer;
  #abort = new AbortController();
  #cancelTimer: () => void = () => {};
  #grant: UploadGrant | null = null;
  readonly #options: RunOptions;
  readonly #timers: Timers;
  readonly #random: () => number;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#timers = options.timers ?? browserTimers;
    this.#random = options.random ?? Math.random;
    this.#transfer = newTransfer(options.file.size, options.session ?? null);
  }

  get transfer(): Transfer {
    return this.#transfer;
  }

  start(): void {
    this.#announce();
    void this.#perform();
  }

  pause = () => this.#interrupt({ type: "pause" });
  resume = () => this.#interrupt({ type: "resume" });
  /** The connection is back, or the person will not wait. */
  retryNow = () => {
    if (this.#transfer.phase.at === "backing_off") this.#interrupt({ type: "due" });
  };

  async cancel(): Promise<void> {
    const { session } = this.#transfer;
    this.#interrupt({ type: "cancel" });
    // The server reaps what nobody finishes, so a lost farewell does no harm.
    if (session) await this.#options.transport.discard(session).catch(() => {});
  }

  #interrupt(event: TransferEvent): void {
    if (isOver(this.#transfer)) return;
    this.#abort.abort();
    this.#cancelTimer();
    this.#apply(event);
  }

  #apply(event: TransferEvent): void {
    this.#transfer = step(this.#transfer, event, this.#random());
    this.#announce();
    void this.#perform();
  }

  #announce(inFlight = 0): void {
    this.#options.onChange(this.#transfer, this.#transfer.confirmed + inFlight);
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
        return session ? { type: "started", session, quantum_bytes } : answered(reply);
      }
      case "asking":
        return answered(await transport.ask(session as string, size, signal));
      case "sending": {
        const chunk = file.slice(phase.from, phase.to);
        const place = { from: phase.from, size };
        const onProgress = (sent: number) => !signal.aborted && this.#announce(sent);
        return answered(await transport.send(session as string, chunk, place, onProgress, signal));
      }
      default:
        return null;
    }
  }
}

/**
 * This viewer's commands and chat messages from the click to the room's answer. `CommandQueue` gives each
 * a `cid`, keeps the list of pending chat that pages show, and reports refusals; `RetryQueue` decides what
 * to send again and when to give up. `RoomSession` owns it.
 */
import type { StoreApi } from "zustand/vanilla";
import type { SyncEnvironment } from "./environment";
import type { Chat, Clear, Command, Delete, NackCode } from "./protocol";
import type { PendingChat, RoomState } from "./roomState";

/** A message that the room answers with `ack` or `nack`. */
export type PendingCommand = Command | Chat | Delete | Clear;

type ChatDraft = Pick<PendingChat, "text" | "reply_to" | "pos_s">;
type WithoutCid<P> = P extends { cid: string } ? Omit<P, "cid"> : never;

interface CommandQueueOptions {
  environment: SyncEnvironment;
  store: StoreApi<RoomState>;
  /** Returns null while nothing can be sent. */
  sender: () => ((command: PendingCommand) => void) | null;
  onRefused: (about: PendingCommand["t"], code: NackCode) => void;
}

export class CommandQueue {
  readonly #retries = new RetryQueue();
  readonly #options: CommandQueueOptions;

  constructor(options: CommandQueueOptions) {
    this.#options = options;
  }

  send(command: WithoutCid<PendingCommand>, cid = this.#options.environment.newId()): void {
    this.#retries.add({ ...command, cid } as PendingCommand, this.#options.environment.now());
    this.flush({ freshConnection: false });
  }

  sendChat({ text, reply_to, pos_s }: ChatDraft, cid = this.#options.environment.newId()): void {
    const pending = { cid, text, reply_to, pos_s, failed: false, code: null };
    this.#options.store.setState((state) => ({ pending: [...state.pending, pending] }));
    this.send({ t: "chat", text, pos_s, ...(reply_to === null ? {} : { reply_to }) }, cid);
  }

  retryChat(cid: string): void {
    const message = this.#options.store.getState().pending.find((one) => one.cid === cid);
    if (message === undefined) return;
    this.#removeChat(cid);
    // The room remembers a refusal by its cid: only an unanswered message may keep it.
    this.sendChat(message, message.code === null ? cid : this.#options.environment.newId());
  }

  /** The room has answered; `refusal` is null when it accepted. */
  settle(cid: string, refusal: NackCode | null): void {
    const command = this.#retries.settle(cid);
    if (refusal === null) {
      this.#removeChat(cid);
      return;
    }
    this.#failChat(cid, refusal);
    if (command !== null) this.#options.onRefused(command.t, refusal);
  }

  flush(options: { freshConnection: boolean }): void {
    const send = this.#options.sender();
    if (send === null) return;
    const now_ms = this.#options.environment.now();
    for (const command of this.#retries.due(now_ms, options)) send(command);
  }

  /** Gives up what is too old and repeats what was not answered. Called once a second. */
  tick(): void {
    for (const command of this.#retries.giveUp(this.#options.environment.now())) {
      if (command.t === "chat") this.#failChat(command.cid, null);
      else this.#options.onRefused(command.t, "retry");
    }
    this.flush({ freshConnection: false });
  }

  #removeChat(cid: string): void {
    this.#options.store.setState(({ pending }) => ({
      pending: pending.filter((one) => one.cid !== cid),
    }));
  }

  #failChat(cid: string, code: NackCode | null): void {
    this.#options.store.setState(({ pending }) => ({
      pending: pending.map((one) => (one.cid === cid ? { ...one, failed: true, code } : one)),
    }));
  }
}

interface Entry {
  command: PendingCommand;
  queued_ms: number;
  sent_ms: number | null;
  tries: number;
}

/** A pause requested while offline must not hit the room a minute later. */
const COMMAND_LIFE_MS = 10_000;
/** How long the relay remembers a `cid`; a later repeat might be carried out twice. */
const REMEMBERED_MS = 9 * 60_000;
const RESEND_AFTER_MS = 6_000;
const MAX_TRIES = 4;

/**
 * Keeps each command until it is answered and sends it again after a reconnect or a silence. The relay
 * answers a repeated `cid` as it did before, so nothing is carried out twice. Pure: the time is passed in.
 */
export class RetryQueue {
  #entries = new Map<string, Entry>();

  add(command: PendingCommand, now_ms: number): void {
    this.#entries.set(command.cid, { command, queued_ms: now_ms, sent_ms: null, tries: 0 });
  }

  /** Removes and returns the command that was answered, or null if it is no longer here. */
  settle(cid: string): PendingCommand | null {
    const entry = this.#entries.get(cid);
    this.#entries.delete(cid);
    return entry?.command ?? null;
  }

  /** What to send now, in order. A fresh connection has received nothing yet. */
  due(now_ms: number, options: { freshConnection: boolean }): PendingCommand[] {
    const due = [...this.#entries.values()].filter(
      ({ sent_ms }) =>
        sent_ms === null || options.freshConnection || now_ms - sent_ms >= RESEND_AFTER_MS,
    );
    for (const entry of due) {
      entry.sent_ms = now_ms;
      entry.tries += 1;
    }
    return due.map((entry) => entry.command);
  }

  /** Removes and returns what is too old to be still intended, or was never answered. */
  giveUp(now_ms: number): PendingCommand[] {
    const lost = [...this.#entries.values()].filter((entry) => isHopeless(entry, now_ms));
    for (const { command } of lost) this.#entries.delete(command.cid);
    return lost.map((entry) => entry.command);
  }
}

function isHopeless(entry: Entry, now_ms: number): boolean {
  const age_ms = now_ms - entry.queued_ms;
  if (entry.command.t === "cmd" && age_ms > COMMAND_LIFE_MS) return true;
  if (entry.sent_ms === null) return false;
  const silent = now_ms - entry.sent_ms >= RESEND_AFTER_MS;
  return silent && (entry.tries >= MAX_TRIES || age_ms > REMEMBERED_MS);
}

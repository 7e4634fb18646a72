/**
 * One's own commands and messages from the tap to the answer: the outbox, the list of
 * pending chat that pages show, and what becomes of a refusal. `session` owns it.
 */

import type { StoreApi } from "zustand/vanilla";
import type { SyncEnvironment } from "./environment";
import type { Chat, Clear, Command, Delete, NackCode } from "./protocol";
import type { PendingChat, RoomState } from "./roomState";

type Message = Pick<PendingChat, "text" | "reply_to" | "pos_s">;
type Unaddressed<P> = P extends { cid: string } ? Omit<P, "cid"> : never;

interface MailboxOptions {
  environment: SyncEnvironment;
  store: StoreApi<RoomState>;
  /** Null while nothing can be sent. */
  carrier: () => ((parcel: Parcel) => void) | null;
  onRefused: (about: Parcel["t"], code: NackCode) => void;
}

export class Mailbox {
  readonly #outbox = new Outbox();
  readonly #options: MailboxOptions;

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  post(parcel: Unaddressed<Parcel>, cid = this.#options.environment.newId()): void {
    this.#outbox.put({ ...parcel, cid } as Parcel, this.#options.environment.now());
    this.deliver({ freshConnection: false });
  }

  say({ text, reply_to, pos_s }: Message, cid = this.#options.environment.newId()): void {
    const pending = { cid, text, reply_to, pos_s, failed: false, code: null };
    this.#options.store.setState((state) => ({ pending: [...state.pending, pending] }));
    this.post({ t: "chat", text, pos_s, ...(reply_to === null ? {} : { reply_to }) }, cid);
  }

  sayAgain(cid: string): void {
    const message = this.#options.store.getState().pending.find((one) => one.cid === cid);
    if (message === undefined) return;
    this.#drop(cid);
    // A refusal is remembered with its cid: only an unanswered message may keep it.
    this.say(message, message.code === null ? cid : this.#options.environment.newId());
  }

  answered(cid: string, refusal: NackCode | null): void {
    const parcel = this.#outbox.settle(cid);
    if (refusal === null) {
      this.#drop(cid);
      return;
    }
    this.#fail(cid, refusal);
    if (parcel !== null) this.#options.onRefused(parcel.t, refusal);
  }

  deliver(options: { freshConnection: boolean }): void {
    const send = this.#options.carrier();
    if (send === null) return;
    for (const parcel of this.#outbox.due(this.#options.environment.now(), options)) send(parcel);
  }

  /** Gives up what is past hope, and repeats what was not answered. */
  tidy(): void {
    for (const parcel of this.#outbox.giveUp(this.#options.environment.now())) {
      if (parcel.t === "chat") this.#fail(parcel.cid, null);
      else this.#options.onRefused(parcel.t, "retry");
    }
    this.deliver({ freshConnection: false });
  }

  #drop(cid: string): void {
    this.#options.store.setState(({ pending }) => ({
      pending: pending.filter((one) => one.cid !== cid),
    }));
  }

  #fail(cid: string, code: NackCode | null): void {
    this.#options.store.setState(({ pending }) => ({
      pending: pending.map((one) => (one.cid === cid ? { ...one, failed: true, code } : one)),
    }));
  }
}

/**
 * Commands and chat on their way: each has a `cid`, stays until it is answered, and is
 * sent again after a reconnect or a silence. The relay answers a repeated `cid` as it
 * did before, so nothing is done twice. Pure: it is told the time and answers what to send.
 */
export type Parcel = Command | Chat | Delete | Clear;

interface Item {
  parcel: Parcel;
  queued_ms: number;
  sent_ms: number | null;
  tries: number;
}

/** A pause that somebody asked for while offline must not strike the room a minute later. */
const COMMAND_LIFE_MS = 10_000;
/** How long the relay remembers a `cid`: after it, a repeat might say a thing twice. */
const REMEMBERED_MS = 9 * 60_000;
const ANSWER_WITHIN_MS = 6_000;
const MAX_TRIES = 4;

export class Outbox {
  #items = new Map<string, Item>();

  put(parcel: Parcel, now_ms: number): void {
    this.#items.set(parcel.cid, { parcel, queued_ms: now_ms, sent_ms: null, tries: 0 });
  }

  /** The answer to `cid` came: what it was about, or null if it is not ours any more. */
  settle(cid: string): Parcel | null {
    const item = this.#items.get(cid);
    this.#items.delete(cid);
    return item?.parcel ?? null;
  }

  /** What is to be sent now, in order. A new connection has heard nothing yet. */
  due(now_ms: number, options: { freshConnection: boolean }): Parcel[] {
    const due = [...this.#items.values()].filter(
      ({ sent_ms }) =>
        sent_ms === null || options.freshConnection || now_ms - sent_ms >= ANSWER_WITHIN_MS,
    );
    for (const item of due) {
      item.sent_ms = now_ms;
      item.tries += 1;
    }
    return due.map((item) => item.parcel);
  }

  /** What is given up: too old to be meant still, or never answered. They are forgotten. */
  giveUp(now_ms: number): Parcel[] {
    const lost = [...this.#items.values()].filter((item) => isHopeless(item, now_ms));
    for (const { parcel } of lost) this.#items.delete(parcel.cid);
    return lost.map((item) => item.parcel);
  }
}

function isHopeless(item: Item, now_ms: number): boolean {
  const age_ms = now_ms - item.queued_ms;
  if (item.parcel.t === "cmd" && age_ms > COMMAND_LIFE_MS) return true;
  if (item.sent_ms === null) return false;
  const silent = now_ms - item.sent_ms >= ANSWER_WITHIN_MS;
  return silent && (item.tries >= MAX_TRIES || age_ms > REMEMBERED_MS);
}

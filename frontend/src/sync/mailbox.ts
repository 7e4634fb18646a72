/**
 * One's own commands and messages from the tap to the answer: the outbox, the list of
 * pending chat that pages show, and what becomes of a refusal. `session` owns it.
 */
import type { StoreApi } from "zustand/vanilla";
import type { SyncEnvironment } from "./environment";
import { Outbox, type Parcel } from "./outbox";
import type { NackCode } from "./protocol";
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

/**
 * Commands and chat on their way: each has a `cid`, stays until it is answered, and is
 * sent again after a reconnect or a silence. The relay answers a repeated `cid` as it
 * did before, so nothing is done twice. Pure: it is told the time and answers what to send.
 */
import type { Chat, Clear, Command, Delete } from "./protocol";

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

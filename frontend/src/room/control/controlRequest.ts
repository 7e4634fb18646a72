/**
 * A request for the remote control is an ordinary chat message with a fixed text: everyone sees who asked, it
 * survives a reload, and members who can grant it get a button beside it.
 */
import { t } from "@lingui/core/macro";
import type { Person } from "@/sync/protocol";
import type { ChatLine, LogEntry } from "@/sync/roomState";

/** Not translated: members with other languages must recognise it. */
export const REQUEST_TEXT = "✋ Can I have the remote?";

/** A message as the chat shows it: a request for the remote control is in the reader's language. */
export const shownText = (text: string): string =>
  text === REQUEST_TEXT ? `✋ ${t`Can I have the remote?`}` : text;

/** Older requests count as settled. */
const FRESH_MS = 10 * 60_000;

interface RequestFacts {
  line: ChatLine;
  asker: Person | undefined;
  canModerate: boolean;
  now_ms: number;
}

export function isOpenRequest({ line, asker, canModerate, now_ms }: RequestFacts): boolean {
  return (
    canModerate &&
    !line.deleted &&
    line.text === REQUEST_TEXT &&
    now_ms - line.at_ms < FRESH_MS &&
    asker?.role === "viewer" &&
    asker.ctl == null
  );
}

/** Older requests were made before this page joined; they have their button in the chat. */
const RECENT_MS = 15_000;

interface LogFacts {
  log: readonly LogEntry[];
  people: readonly Person[];
  canModerate: boolean;
  now_ms: number;
  /** The ids of the requests that have been shown. */
  handled: ReadonlySet<string>;
}

/**
 * The newest request that has not been shown, with its author. It need not be the log's last line: a request can arrive
 * before the list of people that includes its author, and the line about the author's joining after it.
 */
export function newRequest(facts: LogFacts): { line: ChatLine; asker: Person } | null {
  const { log, people, canModerate, now_ms, handled } = facts;
  const line = log.findLast(
    (entry): entry is ChatLine =>
      entry.kind === "chat" &&
      entry.text === REQUEST_TEXT &&
      now_ms - entry.at_ms < RECENT_MS &&
      !handled.has(entry.id),
  );
  const asker = people.find((person) => person.id === line?.by);
  return line && asker && isOpenRequest({ line, asker, canModerate, now_ms })
    ? { line, asker }
    : null;
}

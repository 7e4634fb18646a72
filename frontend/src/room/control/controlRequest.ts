/**
 * A request for the remote control is an ordinary chat message with a fixed text: everyone sees who asked, it
 * survives a reload, and members who can grant it get a button beside it.
 */
import type { Person } from "@/sync/protocol";
import type { ChatLine } from "@/sync/roomState";

export const REQUEST_TEXT = "✋ Can I have the remote?";

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

/**
 * Asking for the remote control is an ordinary chat message with a fixed text: everybody sees who
 * asked, it is there after a reload, and those who can grant it get a button beside it.
 */
import type { Person } from "@/sync/protocol";
import type { ChatLine } from "@/sync/roomState";

export const ASK_FOR_CONTROL = "✋ Can I have the remote?";

/** Old questions have been settled one way or the other. */
const FRESH_MS = 10 * 60_000;

interface Grantable {
  line: ChatLine;
  asker: Person | undefined;
  canModerate: boolean;
  now_ms: number;
}

export function grantable({ line, asker, canModerate, now_ms }: Grantable): boolean {
  return (
    canModerate &&
    !line.deleted &&
    line.text === ASK_FOR_CONTROL &&
    now_ms - line.at_ms < FRESH_MS &&
    asker?.role === "viewer" &&
    asker.ctl == null
  );
}

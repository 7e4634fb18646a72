/** What a change of one's own standing, or a refusal of the room, means for the person. */
import type { NackCode, Role, You } from "@/sync/protocol";

const ROLES: Record<Role, string | null> = {
  host: "You are the host of this room now.",
  moderator: "You are co-host now.",
  viewer: "You are no longer co-host.",
  waiting: null,
};

export function changeSentence(before: You | null, you: You | null): string | null {
  // Coming in is no change of what one was inside.
  if (before === null || you === null || before.role === "waiting") return null;
  if (you.role !== before.role) return ROLES[you.role];
  if (you.muted !== before.muted) {
    return you.muted ? "You have been muted in the chat." : "You can write in the chat again.";
  }
  if (you.can_control !== before.can_control) {
    return you.can_control
      ? "You have the remote control now."
      : "You no longer have the remote control.";
  }
  return null;
}

const REFUSALS: Record<NackCode, string | null> = {
  not_allowed: "You may not do that here.",
  muted: "You are muted in the chat.",
  other_video: "The film has changed meanwhile.",
  out_of_range: "The film can’t be watched there yet.",
  rate_limited: "That was too fast. Try again in a moment.",
  waiting: null,
  no_video: "There is no film yet.",
  chat_off: "The chat is switched off.",
  slow_mode: "Slow mode: wait a moment before the next message.",
  retry: "That didn’t get through. Try again.",
};

export function refusalSentence(code: NackCode): string | null {
  return REFUSALS[code];
}

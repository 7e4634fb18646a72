/**
 * The pages for visitors who are not admitted, or not any more: what happened and the one thing to do next. Both the
 * API's refusals and ended connections lead here.
 */
import type { CloseReason } from "@/sync/protocol";

type RefusalAction = "retry" | "home" | "join_again" | "reload";

export interface Refusal {
  title: string;
  text: string;
  action: RefusalAction;
  actionLabel: string;
}

const HOME = { action: "home", actionLabel: "Go home" } as const;

const REFUSALS = {
  banned: {
    title: "You’ve been removed",
    text: "You can’t rejoin this room.",
    ...HOME,
  },
  room_shut: {
    title: "This room isn’t accepting anyone right now",
    text: "Ask the person who sent you the link.",
    ...HOME,
  },
  not_invited: {
    title: "Invite-only room",
    text: "Ask the host for a personal invitation link.",
    ...HOME,
  },
  room_full: {
    title: "This room is full",
    text: "Try again in a bit.",
    action: "retry",
    actionLabel: "Try again",
  },
  closed: {
    title: "The party is over",
    text: "The host closed this room.",
    ...HOME,
  },
  link_replaced: {
    title: "This link has expired",
    text: "The host created a new link. Ask them for it.",
    ...HOME,
  },
  not_found: {
    title: "Room not found",
    text: "Check the link, or ask the host for the current one.",
    ...HOME,
  },
  removed: {
    title: "You were removed from the room",
    text: "A host or co-host removed you. You can try to rejoin.",
    action: "join_again",
    actionLabel: "Rejoin",
  },
  denied: {
    title: "The host didn’t let you in",
    text: "They may not have recognised your name. You can ask again.",
    action: "join_again",
    actionLabel: "Ask again",
  },
  elsewhere: {
    title: "You opened this room somewhere else",
    text: "You’re watching in the tab or on the device you opened last.",
    action: "join_again",
    actionLabel: "Watch here instead",
  },
  signed_out: {
    title: "You’re signed out",
    text: "Reload the page to sign in, or to join as a guest.",
    action: "reload",
    actionLabel: "Reload",
  },
  version: {
    title: "A new version is available",
    text: "Reload the page to get it.",
    action: "reload",
    actionLabel: "Reload",
  },
  rate_limited: {
    title: "Slow down a moment",
    text: "Too many tries. Wait a moment and try again.",
    action: "retry",
    actionLabel: "Try again",
  },
  offline: {
    title: "You’re offline",
    text: "We can’t reach the server. Check your connection; we’ll keep your place.",
    action: "retry",
    actionLabel: "Try again",
  },
  unexpected: {
    title: "That didn’t work",
    text: "We couldn’t connect you. Try again.",
    action: "retry",
    actionLabel: "Try again",
  },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof REFUSALS;

export function refusal(code: RefusalCode): Refusal {
  return REFUSALS[code];
}

const BY_CLOSE_REASON: Record<CloseReason, RefusalCode> = {
  left: "closed",
  removed: "removed",
  banned: "banned",
  denied: "denied",
  closed: "closed",
  full: "room_full",
  elsewhere: "elsewhere",
  version: "version",
  refused: "unexpected",
};

/** The refusal for an ended connection. */
export function refusalOfClose(reason: CloseReason): RefusalCode {
  return BY_CLOSE_REASON[reason];
}

/** The refusal for an API answer; status 0 means an unreachable server. */
export function refusalCode(status: number, code: string | undefined): RefusalCode {
  if (code !== undefined && code in REFUSALS) return code as RefusalCode;
  if (status === 0 || status === 503) return "offline";
  if (status === 404) return "not_found";
  if (status === 410) return "closed";
  if (status === 429) return "rate_limited";
  return "unexpected";
}

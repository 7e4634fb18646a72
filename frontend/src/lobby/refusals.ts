/**
 * The sentences for everybody who is not let in, or not any more: what happened and the one thing
 * to do next. Join answers (`code` of the problem) and ended connections lead here alike.
 */
import type { CloseReason } from "@/sync/protocol";

type RefusalAction = "retry" | "home" | "join_again" | "reload";

export interface Refusal {
  title: string;
  text: string;
  action: RefusalAction;
  actionLabel: string;
}

const HOME = { action: "home", actionLabel: "Go to the start page" } as const;

const REFUSALS = {
  banned: {
    title: "You can’t come back to this room",
    text: "The host has closed this room to you.",
    ...HOME,
  },
  room_shut: {
    title: "Nobody can come in right now",
    text: "This room takes in nobody new at the moment. Ask whoever gave you the link.",
    ...HOME,
  },
  not_invited: {
    title: "This room is by invitation",
    text: "Ask the host for a personal invitation link, then open that link.",
    ...HOME,
  },
  room_full: {
    title: "This room is full",
    text: "Every seat is taken. Somebody may leave soon.",
    action: "retry",
    actionLabel: "Try again",
  },
  closed: {
    title: "The party is over",
    text: "The host has closed this room.",
    ...HOME,
  },
  link_replaced: {
    title: "This link is out of date",
    text: "The host has made a new link for the room. Ask for the current one.",
    ...HOME,
  },
  not_found: {
    title: "There is no room here",
    text: "The link may be mistyped, or the host has made a new one. Ask for the current link.",
    ...HOME,
  },
  removed: {
    title: "You were removed from the room",
    text: "A host or moderator has taken you out. You may ask to come in again.",
    action: "join_again",
    actionLabel: "Join again",
  },
  denied: {
    title: "The host didn’t let you in",
    text: "Perhaps they did not recognise your name. You can ask once more.",
    action: "join_again",
    actionLabel: "Ask again",
  },
  elsewhere: {
    title: "You are watching in another tab",
    text: "The room moved to the tab or device that you opened last.",
    action: "join_again",
    actionLabel: "Watch here instead",
  },
  version: {
    title: "There is a new version",
    text: "This page is older than the server. Loading it again takes a second.",
    action: "reload",
    actionLabel: "Reload",
  },
  rate_limited: {
    title: "That was a bit fast",
    text: "The server asks for a short break before the next try.",
    action: "retry",
    actionLabel: "Try again",
  },
  offline: {
    title: "You are offline",
    text: "The server can’t be reached. Check your connection; the room keeps your place.",
    action: "retry",
    actionLabel: "Try again",
  },
  unexpected: {
    title: "That didn’t work",
    text: "Something went wrong on the way into the room.",
    action: "retry",
    actionLabel: "Try again",
  },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof REFUSALS;

export function refusal(code: RefusalCode): Refusal {
  return REFUSALS[code];
}

const ENDINGS: Record<CloseReason, RefusalCode> = {
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

/** What the end of a connection means for the person. */
export function endingCode(reason: CloseReason): RefusalCode {
  return ENDINGS[reason];
}

/** What the server's answer to a join means for the person; `status` 0 is an unreachable server. */
export function refusalCode(status: number, code: string | undefined): RefusalCode {
  if (code !== undefined && code in REFUSALS) return code as RefusalCode;
  if (status === 0 || status === 503) return "offline";
  if (status === 404) return "not_found";
  if (status === 410) return "closed";
  if (status === 429) return "rate_limited";
  return "unexpected";
}

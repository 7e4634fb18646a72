/**
 * The pages for visitors who are not admitted, or not any more: what happened and the one thing to do next. Both the
 * API's refusals and ended connections lead here.
 */
import { t } from "@lingui/core/macro";
import type { CloseReason } from "@/sync/protocol";

type RefusalAction = "retry" | "home" | "join_again" | "reload";

export interface Refusal {
  title: string;
  text: string;
  action: RefusalAction;
  actionLabel: string;
}

const home = () => ({ action: "home", actionLabel: t`Go home` }) as const;

const refusals = () =>
  ({
    banned: {
      title: t`You’ve been removed`,
      text: t`You can’t rejoin this room.`,
      ...home(),
    },
    room_shut: {
      title: t`This room isn’t accepting anyone right now`,
      text: t`Ask the person who sent you the link.`,
      ...home(),
    },
    not_invited: {
      title: t`Invite-only room`,
      text: t`Ask the host for a personal invitation link.`,
      ...home(),
    },
    room_full: {
      title: t`This room is full`,
      text: t`Try again in a bit.`,
      action: "retry",
      actionLabel: t`Try again`,
    },
    closed: {
      title: t`The party is over`,
      text: t`The host closed this room.`,
      ...home(),
    },
    link_replaced: {
      title: t`This link has expired`,
      text: t`The host created a new link. Ask them for it.`,
      ...home(),
    },
    not_found: {
      title: t`Room not found`,
      text: t`Check the link, or ask the host for the current one.`,
      ...home(),
    },
    removed: {
      title: t`You were removed from the room`,
      text: t`A host or co-host removed you. You can try to rejoin.`,
      action: "join_again",
      actionLabel: t`Rejoin`,
    },
    denied: {
      title: t`The host didn’t let you in`,
      text: t`They may not have recognised your name. You can ask again.`,
      action: "join_again",
      actionLabel: t`Ask again`,
    },
    elsewhere: {
      title: t`You opened this room somewhere else`,
      text: t`You’re watching in the tab or on the device you opened last.`,
      action: "join_again",
      actionLabel: t`Watch here instead`,
    },
    signed_out: {
      title: t`You’re signed out`,
      text: t`Reload the page to sign in, or to join as a guest.`,
      action: "reload",
      actionLabel: t`Reload`,
    },
    version: {
      title: t`A new version is available`,
      text: t`Reload the page to get it.`,
      action: "reload",
      actionLabel: t`Reload`,
    },
    rate_limited: {
      title: t`Slow down a moment`,
      text: t`Too many tries. Wait a moment and try again.`,
      action: "retry",
      actionLabel: t`Try again`,
    },
    offline: {
      title: t`You’re offline`,
      text: t`We can’t reach the server. Check your connection; we’ll keep your place.`,
      action: "retry",
      actionLabel: t`Try again`,
    },
    unexpected: {
      title: t`That didn’t work`,
      text: t`We couldn’t connect you. Try again.`,
      action: "retry",
      actionLabel: t`Try again`,
    },
  }) as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof ReturnType<typeof refusals>;

export function refusal(code: RefusalCode): Refusal {
  return refusals()[code];
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
  if (code !== undefined && Object.hasOwn(refusals(), code)) return code as RefusalCode;
  if (status === 0 || status === 503) return "offline";
  if (status === 404) return "not_found";
  if (status === 410) return "closed";
  if (status === 429) return "rate_limited";
  return "unexpected";
}

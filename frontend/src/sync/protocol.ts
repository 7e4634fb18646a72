/**
 * Sync protocol v1. The message types are generated from `docs/contracts/socket.schema.json`; this file
 * adds what a message schema does not contain, and the names under which the page uses the types.
 */
export type {
  CauseKind,
  Chat,
  ChatEntry as ChatMessage,
  Clear,
  ClientMessage,
  Command,
  Delete,
  Hello,
  HostOffer,
  Knock,
  Limits,
  NackCode,
  People,
  Person,
  Reacted,
  Ready,
  Report,
  Role,
  RoomNotice,
  ServerMessage,
  Settings as RoomSettings,
  State as PlaybackState,
  Welcome,
  You,
} from "./generated/protocol";

import type { Welcome } from "./generated/protocol";

export type LogMessage = Welcome["log"][number];

export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = "watchparty.v1";

/** Why a connection has ended permanently; each reason has its own page. */
export type CloseReason =
  | "left"
  | "removed"
  | "banned"
  | "denied"
  | "closed"
  | "full"
  | "elsewhere"
  | "version"
  | "refused";

export type CloseAction =
  | { next: "end"; reason: CloseReason }
  | { next: "renew" }
  | { next: "retry"; slowly: boolean };

const CLOSE_ACTIONS: Record<number, CloseAction> = {
  4400: { next: "end", reason: "version" },
  4401: { next: "renew" },
  4403: { next: "end", reason: "removed" },
  4404: { next: "end", reason: "closed" },
  4409: { next: "end", reason: "elsewhere" },
  4411: { next: "end", reason: "full" },
  4412: { next: "end", reason: "elsewhere" },
  4426: { next: "end", reason: "version" },
  4429: { next: "retry", slowly: true },
};

/** What to do after a close code. Any code that is not listed (1006, 4408, 4410, 4503) is retried. */
export function closeAction(code: number): CloseAction {
  return CLOSE_ACTIONS[code] ?? { next: "retry", slowly: false };
}

/** Translates the API's refusal to renew a token. */
export function refusalReason(code: string): CloseReason {
  switch (code) {
    case "denied":
    case "banned":
    case "removed":
      return code;
    case "room_full":
      return "full";
    case "room_closed":
    case "not_found":
      return "closed";
    default:
      return "refused";
  }
}

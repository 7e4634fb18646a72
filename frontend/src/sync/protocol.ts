/**
 * Sync protocol v1 as the browser speaks it. The message types are generated from
 * `docs/contracts/socket.schema.json`; here are the names that a schema of messages
 * does not hold, and the aliases under which the rest of the page knows the types.
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

/** Why a connection has ended for good: each has its own page and its own way on. */
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

export type CloseVerdict =
  | { next: "end"; reason: CloseReason }
  | { next: "renew" }
  | { next: "retry"; patiently: boolean };

const VERDICTS: Record<number, CloseVerdict> = {
  4400: { next: "end", reason: "version" },
  4401: { next: "renew" },
  4403: { next: "end", reason: "removed" },
  4404: { next: "end", reason: "closed" },
  4409: { next: "end", reason: "elsewhere" },
  4411: { next: "end", reason: "full" },
  4412: { next: "end", reason: "elsewhere" },
  4426: { next: "end", reason: "version" },
  4429: { next: "retry", patiently: true },
};

/** What a close code asks of us. Whatever is not listed (1006, 4408, 4410, 4503) is worth a retry. */
export function closeVerdict(code: number): CloseVerdict {
  return VERDICTS[code] ?? { next: "retry", patiently: false };
}

/** Why the functions would not renew a token, in the words of `CloseReason`. */
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

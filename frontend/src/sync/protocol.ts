/**
 * Sync protocol v1 as the browser speaks it. The message types are generated from
 * `docs/contracts/socket.schema.json`; here are the names that a schema of messages
 * does not hold, and the aliases under which the rest of the page knows the types.
 */
export type {
  Chat,
  ChatEntry as ChatMessage,
  Clear,
  ClientMessage,
  Command,
  Delete,
  Hello,
  Knock,
  Limits,
  LogEntry as LogMessage,
  Mode,
  NackCode,
  Operation,
  People,
  Person,
  PersonRef,
  Pong,
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
  | { then: "end"; reason: CloseReason }
  | { then: "renew" }
  | { then: "retry"; patiently: boolean };

const VERDICTS: Record<number, CloseVerdict> = {
  4400: { then: "end", reason: "version" },
  4401: { then: "renew" },
  4403: { then: "end", reason: "removed" },
  4404: { then: "end", reason: "closed" },
  4409: { then: "end", reason: "elsewhere" },
  4411: { then: "end", reason: "full" },
  4412: { then: "end", reason: "elsewhere" },
  4426: { then: "end", reason: "version" },
  4429: { then: "retry", patiently: true },
};

/** What a close code asks of us. Whatever is not listed (1006, 4408, 4410, 4503) is worth a retry. */
export function closeVerdict(code: number): CloseVerdict {
  return VERDICTS[code] ?? { then: "retry", patiently: false };
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

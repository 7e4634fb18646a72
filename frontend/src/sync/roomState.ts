/** What the page knows about a room: plain values, replaced when they change. `RoomSession` keeps them. */
import type {
  CauseKind,
  CloseReason,
  HostOffer,
  Knock,
  Limits,
  NackCode,
  Person,
  PlaybackState,
  RoomSettings,
  You,
} from "./protocol";
import type { CorrectionState } from "./syncController";

export interface ConnectionState {
  status: "connecting" | "online" | "reconnecting" | "offline" | "ended";
  /** On the page's monotonic clock (`performance.now`). */
  since_ms: number;
  reason?: CloseReason;
}

export interface SyncState {
  status: "idle" | "in_sync" | "catching_up" | "far" | "detached" | "buffering" | "blocked";
  /** Signed, in milliseconds of film: positive is ahead of the room. */
  error_ms: number | null;
}

/** A message in the log. A deleted one stays there without its text. */
export interface ChatLine {
  kind: "chat";
  id: string;
  seq: number;
  by: string;
  name: string;
  at_ms: number;
  text: string;
  reply_to: string | null;
  pos_s: number | null;
  deleted: boolean;
}

/** Something that happened in the room while this page was here. */
export interface SystemLine {
  kind: "system";
  id: string;
  at_ms: number;
  event: CauseKind | "first_film" | "joined" | "left" | "cleared";
  /** Who did it; null if no one did, or if it is about `names`. */
  by: string | null;
  name: string | null;
  /** Who joined or left, for those two events. */
  names: string[];
  pos_s: number | null;
}

export type LogEntry = ChatLine | SystemLine;

/** This viewer's message until it is in the log. */
export interface PendingChat {
  cid: string;
  text: string;
  reply_to: string | null;
  pos_s: number;
  /** Given up; `code` is set if the room refused it. */
  failed: boolean;
  code: NackCode | null;
}

export interface RoomState {
  connection: ConnectionState;
  you: You | null;
  set: RoomSettings | null;
  /** The newest state, even before its `t0_ms`. */
  playback: PlaybackState | null;
  people: Person[];
  total: number;
  /** The member who may control the film while no host is here. */
  acting: string | null;
  log: LogEntry[];
  /** Older messages may be missing: the room lost its memory, or this page was offline too long. */
  historyIncomplete: boolean;
  pending: PendingChat[];
  /** Names of other members who are typing. */
  typing: string[];
  knocks: Knock[];
  /** The open offer of the room to a new host, if this member made or received it. */
  hostOffer: HostOffer | null;
  /** `until_ms` is room time. */
  waitingFor: { people: string[]; until_ms: number } | null;
  limits: Limits | null;
  clock: { offset_ms: number; uncertainty_ms: number; rtt_ms: number } | null;
  sync: SyncState;
  /** How this page's player is doing, for its viewer. */
  player: { buffered_s: number; quality: string | null; correction: CorrectionState } | null;
}

export function emptyRoom(now_ms: number): RoomState {
  return {
    connection: { status: "connecting", since_ms: now_ms },
    you: null,
    set: null,
    playback: null,
    people: [],
    total: 0,
    acting: null,
    log: [],
    historyIncomplete: false,
    pending: [],
    typing: [],
    knocks: [],
    hostOffer: null,
    waitingFor: null,
    limits: null,
    clock: null,
    sync: { status: "idle", error_ms: null },
    player: null,
  };
}

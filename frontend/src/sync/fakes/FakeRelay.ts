import type { Socket, SocketEvents } from "../environment";
import type { ClientMessage, PlaybackState, ServerMessage, Welcome } from "../protocol";
import type { JoinConnection, RenewResult } from "../tokenLease";

/** The relay's end of a socket: records what the page sends, and delivers what a test says. */
export class FakeSocket implements Socket {
  readonly sent: ClientMessage[] = [];
  closed = false;
  /** Answers pings like a relay whose clock is this far ahead of the page's. */
  answersPings: { offset_ms: number } | null = null;

  constructor(
    readonly url: string,
    readonly events: SocketEvents,
  ) {}

  send(text: string): void {
    const message = JSON.parse(text) as ClientMessage;
    this.sent.push(message);
    if (message.t !== "ping" || this.answersPings === null) return;
    const r = message.c + this.answersPings.offset_ms;
    queueMicrotask(() => this.deliver({ t: "pong", c: message.c, r, s: r, clk: "clock" }));
  }

  close(): void {
    this.closed = true;
  }

  of<T extends ClientMessage["t"]>(t: T): Extract<ClientMessage, { t: T }>[] {
    return this.sent.filter((message) => message.t === t) as Extract<ClientMessage, { t: T }>[];
  }

  open(): void {
    this.events.onOpen();
  }

  deliver(message: ServerMessage): void {
    if (!this.closed) this.events.onMessage(JSON.stringify(message));
  }

  drop(code = 1006): void {
    this.closed = true;
    this.events.onClose(code);
  }

  /** The relay's answer to a valid hello. */
  welcome(parts: Partial<Welcome> = {}, state: Partial<PlaybackState> | null = {}): void {
    this.open();
    this.deliver(welcome(parts, state));
  }
}

export function welcome(
  parts: Partial<Welcome> = {},
  state: Partial<PlaybackState> | null = {},
): Welcome {
  return {
    t: "welcome",
    v: 1,
    you: {
      participant_id: "ana",
      role: "host",
      name: "Ana",
      ctl: null,
      muted: false,
      can_control: true,
      can_chat: true,
      can_moderate: true,
    },
    conn: "conn-1",
    room: { id: "room" },
    set: {
      rev: 1,
      control: "moderators",
      chat: true,
      wait: { policy: "quorum", max_s: 8 },
      slow_s: 0,
      capacity: 50,
    },
    state: state === null ? null : playbackState(state),
    people: {
      t: "people",
      total: 1,
      here: [{ id: "ana", name: "Ana", role: "host", state: "ok" }],
    },
    log: [],
    complete: false,
    reason: "new",
    epoch: 1,
    seq: 0,
    clk: "clock",
    srv_ms: 0,
    limits: {
      chat_chars: 500,
      chat_per_10s: 10,
      cmds_per_10s: 120,
      reacts_per_10s: 40,
      reports_per_10s: 60,
      messages_per_10s: 400,
      frame_bytes: 16384,
      connections: 5,
      log_entries: 256,
    },
    ...parts,
  };
}

/** A complete state, with defaults for what a test does not mention. */
export function playbackState(parts: Partial<PlaybackState>): PlaybackState {
  return {
    t: "state",
    epoch: 1,
    rev: 1,
    video_id: "film",
    mrev: 1,
    mode: "paused",
    pos_s: 0,
    t0_ms: 0,
    rate: 1,
    duration_s: 3600,
    playable_s: null,
    cause: { cmd: "opened" },
    srv_ms: 0,
    ...parts,
  };
}

/** A join answer whose token is valid for ten minutes of the fake environment's time. */
export function joinConnection(parts: Partial<JoinConnection> = {}): JoinConnection {
  return {
    relay_url: "/ws",
    join_token: "token-1",
    participant_id: "ana",
    role: "host",
    expires_at: "2030-01-01T00:10:00Z",
    ...parts,
  };
}

/** The API's side of a renewal: counts the calls and returns the given answer. */
export class FakeRenewal {
  calls = 0;
  answer: RenewResult | "unreachable" = "unreachable";

  readonly renew = async (): Promise<RenewResult> => {
    this.calls += 1;
    if (this.answer === "unreachable") throw new Error("503");
    return this.answer;
  };
}

/**
 * The WebSocket and its life: hello, pings, reconnecting with jitter, renewing the token, and moving to
 * another instance without a gap. It handles only the messages that are about the connection itself and
 * passes all of them on to `RoomSession`, which owns it.
 */
import type { Cancel, Socket, SyncEnvironment } from "./environment";
import {
  type ClientMessage,
  type CloseReason,
  closeAction,
  type Hello,
  PROTOCOL_VERSION,
  refusalReason,
  type ServerMessage,
} from "./protocol";
import type { ConnectionState } from "./roomState";
import { type JoinConnection, type RenewResult, TokenLease } from "./tokenLease";

export interface ConnectionOwner {
  /** What this page already has of the room; sent with hello. */
  resumePoint(): Pick<Hello, "resume" | "seen">;
  pingEvery_ms(): number;
  onMessage(message: ServerMessage, received_ms: number): void;
  onStatus(state: ConnectionState): void;
  /** Timers did not run for a while, as during sleep: earlier measurements may be void. */
  onTimerGap(): void;
}

interface Link {
  socket: Socket;
  welcomed: boolean;
}

const BACKOFF = { first_ms: 500, cap_ms: 15_000 };
/** Where the back-off begins after "too many connections". */
const SLOW_ATTEMPT = 4;
const OFFLINE_AFTER_MS = 30_000;
/** The relay repeats its state every 5 s and answers pings; after a longer silence the socket counts as dead. */
const DEAD_AFTER_MS = 12_000;
const WELCOME_WITHIN_MS = 10_000;
/** A timer this late means that the device slept. */
const GAP_MS = 5_000;

export class Connection {
  #environment: SyncEnvironment;
  #owner: ConnectionOwner;
  #lease: TokenLease;
  #link: Link | null = null;
  /** Opened to replace `#link`, and not welcomed yet. */
  #successor: Link | null = null;
  #attempt = 0;
  #status: ConnectionState;
  /** The id of the connection that the next hello replaces. */
  #lastId: string | null = null;
  /** When the first ping since the last message was sent. */
  #unansweredSince_ms: number | null = null;
  #cancelPing: Cancel = () => {};
  #cancelRetry: Cancel | null = null;
  #cancelOffline: Cancel = () => {};
  #cancelWake: Cancel;
  #cancelLost: Cancel;

  constructor(options: {
    environment: SyncEnvironment;
    owner: ConnectionOwner;
    connection: JoinConnection;
    renew: () => Promise<RenewResult>;
  }) {
    this.#environment = options.environment;
    this.#owner = options.owner;
    this.#status = { status: "connecting", since_ms: options.environment.now() };
    this.#lease = new TokenLease({
      environment: options.environment,
      connection: options.connection,
      renew: options.renew,
      onToken: (token) => this.send({ t: "token", token }),
      onRefused: (code) => this.end(refusalReason(code)),
    });
    this.#cancelWake = options.environment.onWake(() => this.#wake());
    this.#cancelLost = options.environment.onNetworkLost(() => this.#networkLost());
    this.#open();
  }

  get online(): boolean {
    return this.#link?.welcomed === true;
  }

  /** Drops the message unless the connection is online; callers that need an answer keep it themselves. */
  send(message: ClientMessage): void {
    if (this.#link?.welcomed) this.#link.socket.send(JSON.stringify(message));
  }

  /** Connects now instead of at the end of the current back-off. */
  retryNow(): void {
    if (this.#cancelRetry === null) return;
    this.#cancelRetry();
    this.#open();
  }

  /** Requests a new token at once, because the membership has changed. */
  renew(): void {
    this.#lease.renewWithin(0);
  }

  end(reason: CloseReason): void {
    this.send({ t: "bye" });
    this.#cancelWake();
    this.#cancelLost();
    this.#cancelPing();
    this.#cancelRetry?.();
    this.#lease.stop();
    for (const link of [this.#link, this.#successor]) link?.socket.close();
    this.#link = null;
    this.#successor = null;
    this.#setStatus("ended", reason);
  }

  #open(): void {
    this.#cancelRetry = null;
    if (this.#status.status === "ended") return;
    if (this.#lease.isExpired) {
      this.#renewThenOpen();
      return;
    }
    const link: Link = { socket: NO_SOCKET, welcomed: false };
    if (this.#link === null) this.#link = link;
    else this.#successor = link;
    link.socket = this.#environment.openSocket(this.#lease.url, {
      onOpen: () => link.socket.send(JSON.stringify(this.#hello())),
      onMessage: (text) => this.#receive(link, text),
      onClose: (code) => this.#closed(link, code),
    });
    this.#environment.after(WELCOME_WITHIN_MS, () => {
      if (!link.welcomed) this.#abandon(link);
    });
  }

  #hello(): Hello {
    const replaces = this.#lastId;
    return {
      t: "hello",
      v: PROTOCOL_VERSION,
      token: this.#lease.token,
      ...this.#owner.resumePoint(),
      ...(replaces === null ? {} : { replaces }),
    };
  }

  #receive(link: Link, text: string): void {
    if (link !== this.#link && link !== this.#successor) return;
    const received_ms = this.#environment.now();
    this.#unansweredSince_ms = null;
    const message = JSON.parse(text) as ServerMessage;
    if (message.t === "welcome") this.#welcomed(link, message.conn);
    else if (message.t === "renew") this.#lease.renewWithin(BACKOFF.first_ms);
    else if (message.t === "moved") this.#move(message.within_ms);
    this.#owner.onMessage(message, received_ms);
  }

  #welcomed(link: Link, id: string): void {
    const before = this.#link;
    link.welcomed = true;
    this.#lastId = id;
    this.#link = link;
    this.#successor = null;
    if (before !== null && before !== link) before.socket.close();
    this.#attempt = 0;
    this.#setStatus("online");
    this.#ping();
  }

  /** The instance shuts down: opens another connection at a random time, and closes the old one last. */
  #move(within_ms: number): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#environment.after((this.#environment.random() * within_ms) / 2, () =>
      this.#open(),
    );
  }

  #closed(link: Link, code: number): void {
    if (link === this.#successor) {
      this.#successor = null;
      this.#retry();
    } else if (link === this.#link) {
      this.#link = null;
      this.#lost(code);
    }
  }

  #lost(code: number): void {
    const action = closeAction(code);
    this.#cancelPing();
    if (action.next === "end") {
      this.end(action.reason);
      return;
    }
    if (this.#status.status === "online") this.#setStatus("reconnecting");
    if (this.#successor !== null) {
      this.#link = this.#successor;
      this.#successor = null;
      return;
    }
    if (action.next === "renew") this.#lease.expire();
    else if (action.slowly) this.#attempt = Math.max(this.#attempt, SLOW_ATTEMPT);
    this.#retry();
  }

  /** Full jitter, so that clients do not all return at the same instant after a restart. */
  #retry(): void {
    if (this.#status.status === "ended") return;
    const ceiling_ms = Math.min(BACKOFF.cap_ms, BACKOFF.first_ms * 2 ** this.#attempt);
    this.#attempt += 1;
    this.#cancelRetry?.();
    this.#cancelRetry = this.#environment.after(this.#environment.random() * ceiling_ms, () =>
      this.#open(),
    );
  }

  #renewThenOpen(): void {
    this.#lease.renew().then(
      (renewed) => {
        if (renewed) this.#open();
      },
      () => this.#retry(),
    );
  }

  #ping(): void {
    this.#cancelPing();
    const now_ms = this.#environment.now();
    if (this.#unansweredSince_ms !== null && now_ms - this.#unansweredSince_ms > DEAD_AFTER_MS) {
      if (this.#link !== null) this.#abandon(this.#link);
      return;
    }
    this.#unansweredSince_ms ??= now_ms;
    this.send({ t: "ping", c: now_ms });
    const every_ms = this.#owner.pingEvery_ms();
    this.#cancelPing = this.#environment.after(every_ms, () => {
      if (this.#environment.now() - now_ms > every_ms + GAP_MS) this.#owner.onTimerGap();
      this.#ping();
    });
  }

  /** Treats the socket as closed now: a half-open one can stay "open" for minutes without a sign. */
  #abandon(link: Link): void {
    link.socket.close();
    this.#closed(link, 1006);
  }

  /** The page became visible, or the network returned: connects without waiting for the back-off. */
  #wake(): void {
    if (this.#cancelRetry !== null && this.#environment.isVisible()) this.retryNow();
    else if (this.online) this.#ping();
  }

  /**
   * The socket itself would notice only later. A connection to this same machine survives the loss of the
   * network; it is then reopened at once.
   */
  #networkLost(): void {
    if (this.online && this.#link !== null) this.#abandon(this.#link);
  }

  #setStatus(status: ConnectionState["status"], reason?: CloseReason): void {
    this.#cancelOffline();
    const since_ms = this.#environment.now();
    this.#status = reason === undefined ? { status, since_ms } : { status, since_ms, reason };
    this.#owner.onStatus(this.#status);
    if (status !== "reconnecting") return;
    this.#cancelOffline = this.#environment.after(OFFLINE_AFTER_MS, () =>
      this.#setStatus("offline"),
    );
  }
}

const NO_SOCKET: Socket = { send: () => {}, close: () => {} };

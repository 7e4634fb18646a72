/**
 * The life of the WebSocket: hello, pings, reconnecting with jitter, renewing the token,
 * moving to another instance without a gap. It understands no message but the few that
 * are about the connection itself; all others go to `session`, which owns it.
 */
import type { Cancel, Socket, SyncEnvironment } from "./environment";
import {
  type ClientMessage,
  type CloseReason,
  closeVerdict,
  type Hello,
  PROTOCOL_VERSION,
  refusalReason,
  type ServerMessage,
} from "./protocol";
import type { ConnectionState } from "./roomState";
import { type JoinConnection, type RenewResult, TokenLife } from "./tokenLease";

export interface ConnectionOwner {
  /** What hello says beyond token and version: how far we have the room. */
  greeting(): Pick<Hello, "resume" | "seen">;
  pingEvery_ms(): number;
  onMessage(message: ServerMessage, received_ms: number): void;
  onStatus(state: ConnectionState): void;
  /** Timers stood still, as in sleep: what was measured before may not hold. */
  onGap(): void;
}

interface Link {
  socket: Socket;
  welcomed: boolean;
}

const BACKOFF = { first_ms: 500, cap_ms: 15_000 };
const PATIENT_ATTEMPT = 4;
const OFFLINE_AFTER_MS = 30_000;
/** The relay repeats its state every 5 s and answers pings: silence for longer is death. */
const DEAD_AFTER_MS = 12_000;
const WELCOME_WITHIN_MS = 10_000;
/** A timer that is late by this much means sleep. */
const GAP_MS = 5_000;

export class Connection {
  #environment: SyncEnvironment;
  #owner: ConnectionOwner;
  #token: TokenLife;
  #link: Link | null = null;
  /** Opened to take over from `#link`, and not welcomed yet. */
  #successor: Link | null = null;
  #attempt = 0;
  #status: ConnectionState;
  /** The connection that the next hello replaces. */
  #lastId: string | null = null;
  /** The first ping since anything was heard. */
  #asked_ms: number | null = null;
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
    this.#token = new TokenLife({
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

  /** Drops the message unless a welcome has been heard: whoever needs an answer keeps it. */
  send(message: ClientMessage): void {
    if (this.#link?.welcomed) this.#link.socket.send(JSON.stringify(message));
  }

  /** Now rather than at the end of the pause between two attempts. */
  retryNow(): void {
    if (this.#cancelRetry === null) return;
    this.#cancelRetry();
    this.#open();
  }

  /** Ask for a new token at once: the membership has changed. */
  renew(): void {
    this.#token.renewWithin(0);
  }

  end(reason: CloseReason): void {
    this.send({ t: "bye" });
    this.#cancelWake();
    this.#cancelLost();
    this.#cancelPing();
    this.#cancelRetry?.();
    this.#token.stop();
    for (const link of [this.#link, this.#successor]) link?.socket.close();
    this.#link = null;
    this.#successor = null;
    this.#setStatus("ended", reason);
  }

  #open(): void {
    this.#cancelRetry = null;
    if (this.#status.status === "ended") return;
    if (this.#token.isSpent) {
      this.#renewThenOpen();
      return;
    }
    const link: Link = { socket: NO_SOCKET, welcomed: false };
    if (this.#link === null) this.#link = link;
    else this.#successor = link;
    link.socket = this.#environment.openSocket(this.#token.url, {
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
      token: this.#token.value,
      ...this.#owner.greeting(),
      ...(replaces === null ? {} : { replaces }),
    };
  }

  #receive(link: Link, text: string): void {
    if (link !== this.#link && link !== this.#successor) return;
    const received_ms = this.#environment.now();
    this.#asked_ms = null;
    const message = JSON.parse(text) as ServerMessage;
    if (message.t === "welcome") this.#welcomed(link, message.conn);
    else if (message.t === "renew") this.#token.renewWithin(BACKOFF.first_ms);
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

  /** The instance is going: connect again, spread over the time given, old socket last. */
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
    const verdict = closeVerdict(code);
    this.#cancelPing();
    if (verdict.next === "end") {
      this.end(verdict.reason);
      return;
    }
    if (this.#status.status === "online") this.#setStatus("reconnecting");
    if (this.#successor !== null) {
      this.#link = this.#successor;
      this.#successor = null;
      return;
    }
    if (verdict.next === "renew") this.#token.spend();
    else if (verdict.patiently) this.#attempt = Math.max(this.#attempt, PATIENT_ATTEMPT);
    this.#retry();
  }

  /** Full jitter: after a restart not everybody comes back in the same instant. */
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
    this.#token.renewed().then(
      (renewed) => {
        if (renewed) this.#open();
      },
      () => this.#retry(),
    );
  }

  #ping(): void {
    this.#cancelPing();
    const now_ms = this.#environment.now();
    if (this.#asked_ms !== null && now_ms - this.#asked_ms > DEAD_AFTER_MS) {
      if (this.#link !== null) this.#abandon(this.#link);
      return;
    }
    this.#asked_ms ??= now_ms;
    this.send({ t: "ping", c: now_ms });
    const every_ms = this.#owner.pingEvery_ms();
    this.#cancelPing = this.#environment.after(every_ms, () => {
      if (this.#environment.now() - now_ms > every_ms + GAP_MS) this.#owner.onGap();
      this.#ping();
    });
  }

  /** Half-open sockets can stay "open" for minutes and would tell us nothing. */
  #abandon(link: Link): void {
    link.socket.close();
    this.#closed(link, 1006);
  }

  /** The page came back to the front, or the network did: do not sit out the pause. */
  #wake(): void {
    if (this.#cancelRetry !== null && this.#environment.isVisible()) this.retryNow();
    else if (this.online) this.#ping();
  }

  /** The socket would take its time to notice. One on this machine, which outlives the network, is soon open again. */
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

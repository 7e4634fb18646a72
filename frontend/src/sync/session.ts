/**
 * A person in a room: the one thing that React and the player hold of `sync/`. It keeps
 * the state that pages show, sends what people do, and knows the room's time. The socket
 * is `connection`'s, the rules are in the pure modules; here they are only put together.
 */

import { createStore, type StoreApi } from "zustand/vanilla";
import { pingInterval_ms, RoomClock } from "./clock";
import { Mailbox, type Parcel } from "./commandQueue";
import { Connection } from "./connection";
import { Emitter } from "./emitter";
import { browserEnvironment, type Cancel, type SyncEnvironment } from "./environment";
import { type PlayerReading, SelfReport } from "./playerStatus";
import type {
  Command,
  NackCode,
  PlaybackState,
  Reacted,
  RoomNotice,
  ServerMessage,
} from "./protocol";
import { playbackChanged, reduce } from "./reducer";
import { emptyRoom, type RoomState, type SyncState } from "./roomState";
import { limit_s, Timeline } from "./timeline";
import type { JoinConnection, RenewResult } from "./tokenLease";

interface SessionEvents {
  reaction: Reacted;
  notice: RoomNotice;
  /** A command or a chat action was refused, by the room or before it left this page. */
  nack: { about: Parcel["t"]; code: NackCode };
  admitted: undefined;
  denied: undefined;
  mediaChanged: { video_id: string | null; mrev: number };
  /** This page's person wants to be where the room is, now. */
  rejoined: undefined;
}

export interface RoomSession {
  readonly store: StoreApi<RoomState>;
  play(): void;
  pause(): void;
  seek(pos_s: number): void;
  skip(by_s: number): void;
  setRate(rate: number): void;
  chat(text: string, opts?: { replyTo?: string }): void;
  retryChat(cid: string): void;
  deleteMessage(id: string): void;
  clearChat(): void;
  react(emoji: string): void;
  typing(on: boolean): void;
  /** Watch at one's own pace; the room goes on without. */
  detach(): void;
  /** Back to the room's place at once, from one's own pace or from a lag. */
  rejoin(): void;
  on<E extends keyof SessionEvents>(event: E, fn: (detail: SessionEvents[E]) => void): Cancel;
  /** Room time in milliseconds, once it is known. */
  roomTime(): number | null;
  /** Where the film should be now, in seconds. */
  target(): number | null;
  /** Do not sit out the pause between two attempts to connect. */
  retryNow(): void;
  /** Tell the room what the store knows of this person now, such as a new name. */
  renew(): void;
  close(): void;
  /** For the engine: all states that may still hold, and what it sees of the player. */
  readonly timeline: Timeline;
  observe(reading: PlayerReading | null): void;
}

interface SessionOptions {
  connection: JoinConnection;
  renew: () => Promise<RenewResult>;
  environment?: SyncEnvironment;
}

export function createRoomSession(options: SessionOptions): RoomSession {
  return new Session({ environment: browserEnvironment(), ...options });
}

const HOUSEKEEPING_MS = 1_000;
const SHOWN_EVERY_MS = 500;

class Session implements RoomSession {
  readonly store: StoreApi<RoomState>;
  readonly timeline = new Timeline();
  readonly #environment: SyncEnvironment;
  readonly #connection: Connection;
  readonly #clock = new RoomClock();
  readonly #mailbox: Mailbox;
  readonly #selfReport = new SelfReport();
  readonly #events = new Emitter<SessionEvents>();
  #heard: { epoch: number; seq: number } | null = null;
  #detached = false;
  #shown_ms = Number.NEGATIVE_INFINITY;
  #cancelHousekeeping: Cancel = () => {};

  constructor({ environment, connection, renew }: Required<SessionOptions>) {
    this.#environment = environment;
    this.store = createStore(() => emptyRoom(environment.now()));
    this.#connection = new Connection({
      environment,
      connection,
      renew,
      owner: {
        greeting: () => this.#greeting(),
        pingEvery_ms: () => pingInterval_ms(this.#clock.sampleCount, this.#moving()),
        onMessage: (message, received_ms) => this.#receive(message, received_ms),
        onStatus: (state) => this.store.setState({ connection: state }),
        onGap: () => this.#clock.doubt(),
      },
    });
    this.#mailbox = new Mailbox({
      environment,
      store: this.store,
      carrier: () =>
        this.#connection.online && !this.#isWaiting()
          ? (parcel) => this.#connection.send(parcel)
          : null,
      onRefused: (about, code) => this.#events.emit("nack", { about, code }),
    });
    this.#keepHouse();
  }

  play(): void {
    this.#command({ op: "play" });
  }

  pause(): void {
    this.#command({ op: "pause" });
  }

  seek(pos_s: number): void {
    const { newest } = this.timeline;
    const end_s = newest === null ? pos_s : limit_s(newest);
    this.#command({ op: "seek", pos_s: Math.max(0, Math.min(pos_s, end_s)) });
  }

  skip(by_s: number): void {
    this.#command({ op: "skip", by_s });
  }

  setRate(rate: number): void {
    this.#command({ op: "rate", rate });
  }

  chat(text: string, { replyTo }: { replyTo?: string } = {}): void {
    this.#mailbox.say({ text, reply_to: replyTo ?? null, pos_s: this.target() ?? 0 });
  }

  retryChat(cid: string): void {
    this.#mailbox.sayAgain(cid);
  }

  deleteMessage(id: string): void {
    this.#mailbox.post({ t: "delete", id });
  }

  clearChat(): void {
    this.#mailbox.post({ t: "clear" });
  }

  react(emoji: string): void {
    this.#connection.send({ t: "react", emoji, pos_s: this.target() ?? 0 });
  }

  typing(on: boolean): void {
    this.#connection.send({ t: "typing", on });
  }

  detach(): void {
    this.#detached = true;
    this.store.setState({ sync: { status: "detached", error_ms: null } });
  }

  rejoin(): void {
    this.#detached = false;
    this.store.setState({ sync: { status: "catching_up", error_ms: null } });
    this.#events.emit("rejoined", undefined);
  }

  on<E extends keyof SessionEvents>(event: E, fn: (detail: SessionEvents[E]) => void): Cancel {
    return this.#events.on(event, fn);
  }

  roomTime(): number | null {
    return this.#clock.roomTime(this.#environment.now());
  }

  target(): number | null {
    const room_ms = this.roomTime();
    return room_ms === null ? null : this.timeline.targetAt(room_ms);
  }

  renew(): void {
    this.#connection.renew();
  }

  retryNow(): void {
    this.#connection.retryNow();
  }

  close(): void {
    this.#cancelHousekeeping();
    this.#connection.end("left");
  }

  observe(reading: PlayerReading | null): void {
    const now_ms = this.#environment.now();
    const surroundings = {
      now_ms,
      visible: this.#environment.isVisible(),
      detached: this.#detached,
      playback: this.timeline.newest,
      clock: this.#clock.estimate(now_ms),
    };
    this.#show(this.#selfReport.look(reading, surroundings), reading, now_ms);
    if (!this.#connection.online || this.#isWaiting()) return;
    const report = this.#selfReport.due(reading, surroundings);
    if (report !== null) this.#connection.send(report);
  }

  /** People read a number twice a second; a change of status they see at once. */
  #show(sync: SyncState, reading: PlayerReading | null, now_ms: number): void {
    const changed = sync.status !== this.store.getState().sync.status;
    if (!changed && now_ms - this.#shown_ms < SHOWN_EVERY_MS) return;
    this.#shown_ms = now_ms;
    const player =
      reading === null ? null : { buffered_s: reading.buffered_s, quality: reading.quality };
    this.store.setState({ sync, player });
  }

  #receive(message: ServerMessage, received_ms: number): void {
    const room_ms = this.#clock.roomTime(received_ms) ?? this.timeline.newest?.srv_ms ?? 0;
    this.store.setState((state) => reduce(state, message, room_ms));
    switch (message.t) {
      case "welcome":
        this.#heard = { epoch: message.epoch, seq: message.seq };
        if (message.state !== null) this.#follow(message.state, { announce: false });
        this.#selfReport.restart();
        this.#mailbox.deliver({ freshConnection: true });
        return;
      case "pong":
        this.#tellTime(message, received_ms);
        return;
      case "state":
        this.#follow(message, { announce: true });
        return;
      case "chat":
      case "deleted":
      case "cleared":
        this.#heard = { epoch: this.#heard?.epoch ?? 0, seq: message.seq };
        return;
      case "ack":
        this.#mailbox.answered(message.cid, null);
        return;
      case "nack":
        this.#mailbox.answered(message.cid, message.code);
        return;
      case "react":
        this.#events.emit("reaction", message);
        return;
      case "notice":
        this.#events.emit("notice", message);
        return;
      case "admitted":
        this.#connection.renew();
        this.#events.emit("admitted", undefined);
        return;
      case "denied":
        this.#events.emit("denied", undefined);
        this.#connection.end("denied");
    }
  }

  #greeting() {
    const newest = this.timeline.newest;
    return {
      ...(this.#heard === null ? {} : { resume: this.#heard }),
      ...(newest === null ? {} : { seen: { epoch: newest.epoch, rev: newest.rev } }),
    };
  }

  #tellTime(pong: Extract<ServerMessage, { t: "pong" }>, received_ms: number): void {
    this.#clock.add(
      {
        sent_ms: pong.c,
        room_received_ms: pong.r,
        room_sent_ms: pong.s,
        received_ms,
      },
      pong.clk,
    );
    this.store.setState({ clock: this.#clock.estimate(received_ms) });
  }

  /** Takes a state in; `announce` is false for what was already so when we came. */
  #follow(playback: PlaybackState, { announce }: { announce: boolean }): void {
    const before = this.timeline.newest;
    const acceptance = this.timeline.accept(playback);
    if (acceptance === "stale") return;
    const news = acceptance === "change" && announce;
    this.store.setState((state) => (news ? playbackChanged(state, playback) : { playback }));
    if (
      before !== null &&
      (before.mrev !== playback.mrev || before.video_id !== playback.video_id)
    ) {
      this.#selfReport.restart();
      this.#events.emit("mediaChanged", { video_id: playback.video_id, mrev: playback.mrev });
    }
  }

  #command(what: Pick<Command, "op" | "pos_s" | "by_s" | "rate">): void {
    const { newest } = this.timeline;
    const refusal = this.#refusal(newest);
    if (newest === null || refusal !== null) {
      this.#events.emit("nack", { about: "cmd", code: refusal ?? "no_video" });
      return;
    }
    this.#mailbox.post({ t: "cmd", mrev: newest.mrev, ...what });
  }

  /** What the room would answer, where we can tell without asking. */
  #refusal(newest: PlaybackState | null): NackCode | null {
    if (this.#isWaiting()) return "waiting";
    if (newest === null || newest.mode === "empty") return "no_video";
    return this.store.getState().you?.can_control === false ? "not_allowed" : null;
  }

  #keepHouse(): void {
    this.#mailbox.tidy();
    this.#cancelHousekeeping = this.#environment.after(HOUSEKEEPING_MS, () => this.#keepHouse());
  }

  #isWaiting(): boolean {
    return this.store.getState().you?.role === "waiting";
  }

  #moving(): boolean {
    return this.timeline.newest?.mode === "playing" && this.#environment.isVisible();
  }
}

/**
 * One viewer in one room: the only object of `sync/` that pages and the player hold. It keeps the state
 * that pages show, sends what the viewer does, and knows the room's time. It connects the other modules:
 * `Connection` owns the socket, the rules are in pure modules.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import { pingInterval_ms, RoomClock } from "./clock";
import { CommandQueue, type PendingCommand } from "./commandQueue";
import { Connection } from "./connection";
import { Emitter } from "./emitter";
import { browserEnvironment, type Cancel, type SyncEnvironment } from "./environment";
import { PlaybackControls } from "./playbackControls";
import { type PlayerReading, PlayerStatus } from "./playerStatus";
import type { NackCode, PlaybackState, Reacted, RoomNotice, ServerMessage } from "./protocol";
import { playbackChanged, reduce } from "./reducer";
import { emptyRoom, type RoomState, type SyncState } from "./roomState";
import { Timeline } from "./timeline";
import type { JoinConnection, RenewResult } from "./tokenLease";

interface SessionEvents {
  reaction: Reacted;
  notice: RoomNotice;
  /** A command or a chat action was refused, by the room or by this page. */
  nack: { about: PendingCommand["t"]; code: NackCode };
  /** This page refused a playback command, because its viewer may not control the film. */
  notAllowed: undefined;
  admitted: undefined;
  denied: undefined;
  mediaChanged: { video_id: string | null; mrev: number };
  /** The viewer wants to be where the room is, now. */
  rejoined: undefined;
}

export interface RoomSession {
  readonly store: StoreApi<RoomState>;
  readonly controls: PlaybackControls;
  chat(text: string, options?: { replyTo?: string | undefined }): void;
  retryChat(cid: string): void;
  deleteMessage(id: string): void;
  clearChat(): void;
  react(emoji: string): void;
  typing(on: boolean): void;
  /** Lets this viewer watch at their own pace; the room goes on. */
  detach(): void;
  /** Returns to the room's position at once, from the viewer's own pace or from a lag. */
  rejoin(): void;
  on<E extends keyof SessionEvents>(event: E, fn: (detail: SessionEvents[E]) => void): Cancel;
  /** Room time in milliseconds; null until it is known. */
  roomTime(): number | null;
  /** Where the film should be now, in seconds. */
  target(): number | null;
  /** Connects now instead of waiting for the next attempt. */
  retryNow(): void;
  /** Renews the join token, so that the room learns of changes to this member, such as a new name. */
  renew(): void;
  close(): void;
  /** For `SyncEngine`: the states that may still be in effect, and where it hands in its readings. */
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

const TICK_MS = 1_000;
const PUBLISH_EVERY_MS = 500;

class Session implements RoomSession {
  readonly store: StoreApi<RoomState>;
  readonly controls: PlaybackControls;
  readonly timeline = new Timeline();
  readonly #environment: SyncEnvironment;
  readonly #connection: Connection;
  readonly #clock = new RoomClock();
  readonly #queue: CommandQueue;
  readonly #playerStatus = new PlayerStatus();
  readonly #events = new Emitter<SessionEvents>();
  /** The last log entry received: a reconnect resumes after it. */
  #lastEntry: { epoch: number; seq: number } | null = null;
  #detached = false;
  #published_ms = Number.NEGATIVE_INFINITY;
  #cancelTick: Cancel = () => {};

  constructor({ environment, connection, renew }: Required<SessionOptions>) {
    this.#environment = environment;
    this.store = createStore(() => emptyRoom(environment.now()));
    this.#connection = new Connection({
      environment,
      connection,
      renew,
      owner: {
        resumePoint: () => this.#resumePoint(),
        pingEvery_ms: () => pingInterval_ms(this.#clock.sampleCount, this.#isMoving()),
        onMessage: (message, received_ms) => this.#receive(message, received_ms),
        onStatus: (state) => this.store.setState({ connection: state }),
        onTimerGap: () => this.#clock.discardSamples(),
      },
    });
    this.#queue = new CommandQueue({
      environment,
      store: this.store,
      sender: () =>
        this.#connection.online && !this.#isWaiting()
          ? (command) => this.#connection.send(command)
          : null,
      onRefused: (about, code) => this.#refused(about, code),
    });
    this.controls = new PlaybackControls({
      environment,
      store: this.store,
      timeline: this.timeline,
      queue: this.#queue,
      onRefused: (code) => this.#refusedHere(code),
    });
    this.#tick();
  }

  chat(text: string, { replyTo }: { replyTo?: string | undefined } = {}): void {
    this.#queue.sendChat({ text, reply_to: replyTo ?? null, pos_s: this.target() ?? 0 });
  }

  retryChat(cid: string): void {
    this.#queue.retryChat(cid);
  }

  deleteMessage(id: string): void {
    this.#queue.send({ t: "delete", id });
  }

  clearChat(): void {
    this.#queue.send({ t: "clear" });
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
    this.#cancelTick();
    this.#connection.end("left");
  }

  observe(reading: PlayerReading | null): void {
    const now_ms = this.#environment.now();
    const context = {
      now_ms,
      visible: this.#environment.isVisible(),
      detached: this.#detached,
      playback: this.timeline.newest,
      clock: this.#clock.estimate(now_ms),
    };
    this.#publish(this.#playerStatus.update(reading, context), reading, now_ms);
    if (!this.#connection.online || this.#isWaiting()) return;
    const report = this.#playerStatus.dueReport(reading, context);
    if (report !== null) this.#connection.send(report);
  }

  /** Pages get new numbers twice a second, and a changed status at once. */
  #publish(sync: SyncState, reading: PlayerReading | null, now_ms: number): void {
    const changed = sync.status !== this.store.getState().sync.status;
    if (!changed && now_ms - this.#published_ms < PUBLISH_EVERY_MS) return;
    this.#published_ms = now_ms;
    if (reading === null) {
      this.store.setState({ sync, player: null });
      return;
    }
    const { buffered_s, quality, correction } = reading;
    this.store.setState({ sync, player: { buffered_s, quality, correction } });
  }

  #receive(message: ServerMessage, received_ms: number): void {
    const room_ms = this.#clock.roomTime(received_ms) ?? this.timeline.newest?.srv_ms ?? 0;
    this.store.setState((state) => reduce(state, message, room_ms));
    switch (message.t) {
      case "welcome":
        this.#lastEntry = { epoch: message.epoch, seq: message.seq };
        if (message.state !== null) this.#acceptPlayback(message.state, { isNews: false });
        this.#playerStatus.restart();
        this.#queue.flush({ freshConnection: true });
        return;
      case "pong":
        this.#addClockSample(message, received_ms);
        return;
      case "state":
        this.#acceptPlayback(message, { isNews: true });
        return;
      case "chat":
      case "deleted":
      case "cleared":
        this.#lastEntry = { epoch: this.#lastEntry?.epoch ?? 0, seq: message.seq };
        return;
      case "ack":
        this.#queue.settle(message.cid, null);
        return;
      case "nack":
        this.#queue.settle(message.cid, message.code);
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

  #resumePoint() {
    const newest = this.timeline.newest;
    return {
      ...(this.#lastEntry === null ? {} : { resume: this.#lastEntry }),
      ...(newest === null ? {} : { seen: { epoch: newest.epoch, rev: newest.rev } }),
    };
  }

  #addClockSample(pong: Extract<ServerMessage, { t: "pong" }>, received_ms: number): void {
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

  /** `isNews` is false for the state that was already in effect when this page joined. */
  #acceptPlayback(playback: PlaybackState, { isNews }: { isNews: boolean }): void {
    const before = this.timeline.newest;
    const acceptance = this.timeline.accept(playback);
    if (acceptance === "stale") return;
    const logged = acceptance === "change" && isNews;
    this.store.setState((state) => (logged ? playbackChanged(state, playback) : { playback }));
    if (
      before !== null &&
      (before.mrev !== playback.mrev || before.video_id !== playback.video_id)
    ) {
      this.#playerStatus.restart();
      this.#events.emit("mediaChanged", { video_id: playback.video_id, mrev: playback.mrev });
    }
  }

  #refused(about: PendingCommand["t"], code: NackCode): void {
    this.controls.answered();
    this.#events.emit("nack", { about, code });
  }

  #refusedHere(code: NackCode): void {
    if (code === "not_allowed") this.#events.emit("notAllowed", undefined);
    else this.#refused("cmd", code);
  }

  #tick(): void {
    this.#queue.tick();
    this.#cancelTick = this.#environment.after(TICK_MS, () => this.#tick());
  }

  #isWaiting(): boolean {
    return this.store.getState().you?.role === "waiting";
  }

  #isMoving(): boolean {
    return this.timeline.newest?.mode === "playing" && this.#environment.isVisible();
  }
}

/**
 * Play, pause, seek, skip and speed: the one path from a button, key or headset to the room. It decides
 * whether the viewer may control playback, sends the command, and shows its effect until the room answers.
 * While the viewer watches at their own pace, the same calls drive their player instead.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { CommandQueue } from "./commandQueue";
import type { SyncEnvironment } from "./environment";
import { type ExternalChange, type ExternalMeaning, meaningOf } from "./externalChange";
import type { Command, NackCode } from "./protocol";
import type { RoomState } from "./roomState";
import { playableEnd_s, type Timeline } from "./timeline";

/** Whether the room accepts this viewer's commands. */
export const mayControlRoom = (state: RoomState): boolean => state.you?.can_control ?? false;

/** At their own pace, viewers control their own player whatever the room allows. */
export const mayControl = (state: RoomState): boolean => isDetached(state) || mayControlRoom(state);

export const isDetached = (state: RoomState): boolean => state.sync.status === "detached";

/** What the controls show until the room has answered a request. Null means: what the room's state says. */
export interface Expected {
  playing: boolean | null;
  position_s: number | null;
}

/** The viewer's own player, as far as the controls drive it. */
export interface OwnPlayer {
  play(): unknown;
  pause(): void;
  seek(position_s: number): void;
  setRate(rate: number, options: { keepPitch: boolean }): void;
  snapshot(): { position_s: number; paused: boolean };
}

/** `room`: for everyone, even while the viewer watches at their own pace. */
export type ControlTarget = "room" | "own_player";

type Action =
  | { op: "play" }
  | { op: "pause" }
  | { op: "seek"; pos_s: number }
  | { op: "skip"; by_s: number }
  | { op: "rate"; rate: number };

interface ControlsOptions {
  environment: SyncEnvironment;
  store: StoreApi<RoomState>;
  timeline: Timeline;
  queue: CommandQueue;
  /** The command was refused here, without asking the room. */
  onRefused: (code: NackCode) => void;
}

/** How far skip buttons, double taps and headsets skip. */
export const SKIP_S = 10;

const NOTHING: Expected = { playing: null, position_s: null };
const EXPECT_FOR_MS = 2_500;

export class PlaybackControls {
  readonly expected: StoreApi<Expected> = createStore(() => NOTHING);
  readonly #options: ControlsOptions;
  #player: OwnPlayer | null = null;
  #cancelExpected = () => {};

  constructor(options: ControlsOptions) {
    this.#options = options;
    options.store.subscribe((state, before) => {
      if (state.playback?.rev !== before.playback?.rev) this.answered();
    });
  }

  /** Called by `SyncEngine` with the player that it drives; returns a function that detaches it. */
  attach(player: OwnPlayer): () => void {
    this.#player = player;
    return () => {
      if (this.#player === player) this.#player = null;
    };
  }

  /** As the buttons show it: what was requested, otherwise what the room (or the own player) does. */
  get playing(): boolean {
    const { playing } = this.expected.getState();
    if (playing !== null) return playing;
    if (this.#target === "own_player") return this.#player?.snapshot().paused === false;
    const mode = this.#state.playback?.mode;
    return mode === "playing" || mode === "waiting";
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  play(target = this.#target): void {
    this.#perform({ op: "play" }, target);
  }

  pause(target = this.#target): void {
    this.#perform({ op: "pause" }, target);
  }

  seek(pos_s: number, target = this.#target): void {
    this.#perform({ op: "seek", pos_s }, target);
  }

  skip(by_s: number, target = this.#target): void {
    this.#perform({ op: "skip", by_s }, target);
  }

  setRate(rate: number, target = this.#target): void {
    this.#perform({ op: "rate", rate }, target);
  }

  /** The player was paused or started by something else than the page. */
  changedExternally(change: Omit<ExternalChange, "mayControl" | "detached">) {
    const state = this.#state;
    const meaning: ExternalMeaning = meaningOf({
      ...change,
      mayControl: mayControlRoom(state),
      detached: isDetached(state),
    });
    if (meaning === "snap_back") this.#options.onRefused("not_allowed");
    if (meaning === "ask_room") this.#send({ op: change.to });
    return meaning;
  }

  /** The room accepted or refused something: from here on its own state counts. */
  answered(): void {
    this.#cancelExpected();
    this.expected.setState(NOTHING);
  }

  get #state(): RoomState {
    return this.#options.store.getState();
  }

  get #target(): ControlTarget {
    return isDetached(this.#state) ? "own_player" : "room";
  }

  #perform(action: Action, target: ControlTarget): void {
    const refusal = target === "room" ? this.#refusal() : null;
    if (refusal !== null) {
      this.#options.onRefused(refusal);
      return;
    }
    this.#expect(action);
    if (target === "room") this.#send(action);
    else this.#drive(action);
  }

  /** The room's refusal, as far as this page can predict it. */
  #refusal(): NackCode | null {
    const state = this.#state;
    const { newest } = this.#options.timeline;
    if (state.you?.role === "waiting") return "waiting";
    if (newest === null || newest.mode === "empty") return "no_video";
    return mayControlRoom(state) ? null : "not_allowed";
  }

  #send(action: Action): void {
    const { newest } = this.#options.timeline;
    if (newest === null) return;
    this.#options.queue.send({ t: "cmd", mrev: newest.mrev, ...this.#withinFilm(action) });
  }

  #withinFilm(action: Action): Pick<Command, "op" | "pos_s" | "by_s" | "rate"> {
    const { newest } = this.#options.timeline;
    if (action.op !== "seek" || newest === null) return action;
    return { op: "seek", pos_s: Math.max(0, Math.min(action.pos_s, playableEnd_s(newest))) };
  }

  #drive(action: Action): void {
    const player = this.#player;
    if (player === null) return;
    switch (action.op) {
      case "play":
        void player.play();
        return;
      case "pause":
        player.pause();
        return;
      case "seek":
        player.seek(action.pos_s);
        return;
      case "skip":
        player.seek(player.snapshot().position_s + action.by_s);
        return;
      case "rate":
        player.setRate(action.rate, { keepPitch: true });
    }
  }

  #expect(action: Action): void {
    const expected = expectedOf(action);
    if (expected === null) return;
    this.#cancelExpected();
    this.expected.setState(expected);
    const for_ms = this.#target === "own_player" ? 0 : EXPECT_FOR_MS;
    this.#cancelExpected = this.#options.environment.after(for_ms, () => this.answered());
  }
}

function expectedOf(action: Action): Partial<Expected> | null {
  if (action.op === "play") return { playing: true };
  if (action.op === "pause") return { playing: false };
  return action.op === "seek" ? { position_s: action.pos_s } : null;
}

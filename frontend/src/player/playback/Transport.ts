/**
 * What a person asks of the film, from wherever they ask it: buttons, keys, taps, headset.
 * Who may not control is told how to get it; who asked sees it at once, while the room
 * decides. No React, no element.
 */

import { createStore, type StoreApi } from "zustand/vanilla";
import type { RoomSession } from "@/sync/session";
import type { PlayerPort } from "../video/PlayerPort";
import type { SyncEngine } from "./SyncEngine";

/** Shown until the room has answered, then the room's own word counts. */
export interface Asked {
  playing: boolean | null;
  position_s: number | null;
}

interface TransportOptions {
  session: RoomSession;
  engine: SyncEngine;
  player: PlayerPort;
  onNotAllowed: () => void;
}

const NOTHING: Asked = { playing: null, position_s: null };
const ANSWER_WITHIN_MS = 2_500;

export class Transport {
  readonly asked: StoreApi<Asked> = createStore(() => NOTHING);
  #options: TransportOptions;
  #forget: ReturnType<typeof setTimeout> | undefined;
  #cancels: (() => void)[];

  constructor(options: TransportOptions) {
    this.#options = options;
    const answered = () => this.#ask(NOTHING);
    this.#cancels = [
      options.session.on("nack", answered),
      options.session.store.subscribe((state, before) => {
        if (state.playback?.rev !== before.playback?.rev) answered();
      }),
    ];
  }

  close(): void {
    clearTimeout(this.#forget);
    for (const cancel of this.#cancels) cancel();
  }

  /** At one's own pace everybody is their own master. */
  get mayControl(): boolean {
    const { engine, session } = this.#options;
    return engine.detached || (session.store.getState().you?.can_control ?? false);
  }

  /** As the buttons show it: what was asked, else what the room does. */
  get playing(): boolean {
    const { engine, player, session } = this.#options;
    const { playing } = this.asked.getState();
    if (playing !== null) return playing;
    if (engine.detached) return !player.look().paused;
    const mode = session.store.getState().playback?.mode;
    return mode === "playing" || mode === "waiting";
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  play(): void {
    this.#within(() => {
      this.#ask({ playing: true });
      this.#options.engine.play();
    });
  }

  pause(): void {
    this.#within(() => {
      this.#ask({ playing: false });
      this.#options.engine.pause();
    });
  }

  seek(position_s: number): void {
    this.#within(() => {
      this.#ask({ position_s });
      this.#options.engine.seek(position_s);
    });
  }

  skip(by_s: number): void {
    this.#within(() => this.#options.engine.skip(by_s));
  }

  setRate(rate: number): void {
    this.#within(() => this.#options.engine.setRate(rate));
  }

  #within(run: () => void): void {
    if (this.mayControl) run();
    else this.#options.onNotAllowed();
  }

  #ask(asked: Partial<Asked>): void {
    clearTimeout(this.#forget);
    this.asked.setState(asked);
    if (asked === NOTHING) return;
    const patience_ms = this.#options.engine.detached ? 0 : ANSWER_WITHIN_MS;
    this.#forget = setTimeout(() => this.asked.setState(NOTHING), patience_ms);
  }
}

import { createStore } from "zustand/vanilla";
import { FakePlayer } from "@/sync/fakes/FakePlayer";
import {
  EMPTY_VIEW,
  type FilmSource,
  type PlayerEvent,
  type PlayerLook,
  type PlayerPort,
  type PlayerView,
  type PlayOutcome,
} from "../PlayerPort";

/** A player port over the simulated player: what a browser does, without a browser. */
export class FakePort implements PlayerPort {
  readonly player = new FakePlayer();
  readonly loads: (FilmSource | null)[] = [];
  /** Playing needs a touch of the page first. */
  needsTouch = false;
  loaded = true;
  readonly view = createStore<PlayerView>(() => ({
    ...EMPTY_VIEW,
    loaded: true,
    duration_s: 3600,
    bufferedUntil_s: 3600,
    shownQuality: "720p",
  }));
  #now: () => number;
  #listeners = new Set<(event: PlayerEvent) => void>();

  constructor(now: () => number) {
    this.#now = now;
  }

  load(source: FilmSource | null): void {
    this.loads.push(source);
  }

  look(): PlayerLook {
    const now_ms = this.#now();
    const { now_ms: at_ms, ...facts } = this.player.facts(now_ms);
    return { ...facts, at_ms, loaded: this.loaded, buffered_s: this.player.ready ? 30 : 0 };
  }

  async play(): Promise<PlayOutcome> {
    if (this.needsTouch) {
      this.view.setState({ blocked: true });
      return "blocked";
    }
    this.player.carryOut({ do: "play" }, this.#now());
    return "playing";
  }

  pause(): void {
    this.player.carryOut({ do: "pause" }, this.#now());
  }

  seek(position_s: number): void {
    this.player.carryOut({ do: "seek", position_s }, this.#now());
  }

  setRate(rate: number): void {
    this.player.carryOut({ do: "rate", rate }, this.#now());
  }

  on(listener: (event: PlayerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(event: PlayerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Somebody presses the headset's button. */
  pausedFromOutside(): void {
    this.player.pausedFromOutside(this.#now());
    this.tell("paused_outside");
  }

  touch(): void {
    this.needsTouch = false;
    this.view.setState({ blocked: false });
    this.tell("unblocked");
  }
}

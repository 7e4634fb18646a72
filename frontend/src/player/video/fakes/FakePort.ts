import { createStore } from "zustand/vanilla";
import { FakePlayer } from "@/sync/fakes/FakePlayer";
import {
  EMPTY_VIEW,
  type PlayerEvent,
  type PlayerPort,
  type PlayerSnapshot,
  type PlayerView,
  type PlayOutcome,
  type Source,
} from "../PlayerPort";

/** A player port over the simulated player. */
export class FakePort implements PlayerPort {
  readonly player = new FakePlayer();
  readonly loads: (Source | null)[] = [];
  /** Playing needs a user gesture first. */
  needsGesture = false;
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

  load(source: Source | null): void {
    this.loads.push(source);
  }

  snapshot(): PlayerSnapshot {
    const now_ms = this.#now();
    const { now_ms: at_ms, ...state } = this.player.state(now_ms);
    return { ...state, at_ms, loaded: this.loaded, buffered_s: this.player.ready ? 30 : 0 };
  }

  async play(): Promise<PlayOutcome> {
    if (this.needsGesture) {
      this.view.setState({ blocked: true });
      return "blocked";
    }
    this.player.apply({ do: "play" }, this.#now());
    return "playing";
  }

  pause(): void {
    this.player.apply({ do: "pause" }, this.#now());
  }

  seek(position_s: number): void {
    this.player.apply({ do: "seek", position_s }, this.#now());
  }

  setRate(rate: number): void {
    this.player.apply({ do: "rate", rate }, this.#now());
  }

  on(listener: (event: PlayerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: PlayerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** The pause button of a headset. */
  pauseExternally(): void {
    this.player.pauseExternally(this.#now());
    this.emit("paused_externally");
  }

  userGesture(): void {
    this.needsGesture = false;
    this.view.setState({ blocked: false });
    this.emit("unblocked");
  }
}

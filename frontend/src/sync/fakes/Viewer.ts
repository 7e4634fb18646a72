import { LatencyMemory } from "../latency";
import type { PlaybackState } from "../protocol";
import { Pilot } from "../syncController";
import { Timeline } from "../timeline";
import { FakePlayer } from "./FakePlayer";

const TICK_MS = 30;

interface ViewerOptions {
  player?: FakePlayer;
  /** How wrong this viewer's idea of room time is. */
  clockError_ms?: number;
  uncertainty_ms?: number;
  /** Milliseconds between two looks at the player: 30 in front, 1000 in a throttled page. */
  tick_ms?: number;
  from_ms?: number;
}

/** One simulated browser: a pilot at the stick of a fake player, stepped by hand. */
export class Viewer {
  readonly player: FakePlayer;
  readonly timeline = new Timeline();
  readonly latency = new LatencyMemory();
  readonly pilot = new Pilot(this.latency);
  now_ms: number;
  #options: ViewerOptions;
  #wakeAt_ms = Number.POSITIVE_INFINITY;
  #tickAt_ms: number;

  constructor(options: ViewerOptions = {}) {
    this.#options = options;
    this.player = options.player ?? new FakePlayer();
    this.now_ms = options.from_ms ?? 0;
    this.#tickAt_ms = this.now_ms;
  }

  receive(state: PlaybackState): void {
    this.timeline.accept(state);
    this.#step();
  }

  /** Runs to `until_ms`; `look` is called after each step. */
  run(until_ms: number, look: (viewer: Viewer) => void = () => {}): void {
    while (this.now_ms < until_ms) {
      this.now_ms = Math.min(this.#tickAt_ms, this.#wakeAt_ms, until_ms);
      if (this.now_ms >= this.#tickAt_ms) {
        this.#tickAt_ms = this.now_ms + (this.#options.tick_ms ?? TICK_MS);
      }
      this.#step();
      look(this);
    }
  }

  /** Signed, in milliseconds of film, against the true timeline. */
  error_ms(): number {
    const target_s = this.timeline.targetAt(this.now_ms) ?? Number.NaN;
    return (this.player.position_s(this.now_ms) - target_s) * 1000;
  }

  #step(): void {
    const decision = this.pilot.step(this.player.facts(this.now_ms), {
      timeline: this.timeline,
      now_ms: this.now_ms + (this.#options.clockError_ms ?? 0),
      uncertainty_ms: this.#options.uncertainty_ms ?? 0.2,
    });
    for (const order of decision.orders) this.player.carryOut(order, this.now_ms);
    const wakeAt_ms = decision.wakeAt_ms ?? Number.POSITIVE_INFINITY;
    this.#wakeAt_ms = wakeAt_ms > this.now_ms ? wakeAt_ms : this.now_ms + 1;
  }
}

import { Calibration, type PlayerTraits } from "../calibration";
import { LatencyMemory } from "../latency";
import type { PlaybackState } from "../protocol";
import { SyncController } from "../syncController";
import { Timeline } from "../timeline";
import { FakePlayer } from "./FakePlayer";

const TICK_MS = 30;

interface ViewerOptions {
  player?: FakePlayer;
  /** The error of this viewer's room clock. */
  clockError_ms?: number;
  uncertainty_ms?: number;
  /** The interval between steps: 30 ms in a visible page, 1000 in a throttled one. */
  tick_ms?: number;
  from_ms?: number;
  /** What an earlier visit has learned. */
  traits?: PlayerTraits;
}

/** One simulated browser: a sync controller with a fake player, stepped by hand. */
export class Viewer {
  readonly player: FakePlayer;
  readonly timeline = new Timeline();
  readonly latency = new LatencyMemory();
  readonly calibration: Calibration;
  readonly controller: SyncController;
  now_ms: number;
  #options: ViewerOptions;
  #wakeAt_ms = Number.POSITIVE_INFINITY;
  #tickAt_ms: number;

  constructor(options: ViewerOptions = {}) {
    this.#options = options;
    this.player = options.player ?? new FakePlayer();
    this.calibration = new Calibration(options.traits);
    this.controller = new SyncController(this.latency, this.calibration);
    this.now_ms = options.from_ms ?? 0;
    this.#tickAt_ms = this.now_ms;
  }

  receive(state: PlaybackState): void {
    this.timeline.accept(state);
    this.#step();
  }

  /** Runs to `until_ms`, and calls `onStep` after each step. */
  run(until_ms: number, onStep: (viewer: Viewer) => void = () => {}): void {
    while (this.now_ms < until_ms) {
      this.now_ms = Math.min(this.#tickAt_ms, this.#wakeAt_ms, until_ms);
      if (this.now_ms >= this.#tickAt_ms) {
        this.#tickAt_ms = this.now_ms + (this.#options.tick_ms ?? TICK_MS);
      }
      this.#step();
      onStep(this);
    }
  }

  /** Signed, in milliseconds of film, against the true timeline. */
  error_ms(): number {
    const target_s = this.timeline.targetAt(this.now_ms) ?? Number.NaN;
    return (this.player.position_s(this.now_ms) - target_s) * 1000;
  }

  /** The same for the sound, which a browser may let run away from the position that it reports. */
  heardError_ms(): number {
    const target_s = this.timeline.targetAt(this.now_ms) ?? Number.NaN;
    return (this.player.heard_s(this.now_ms) - target_s) * 1000;
  }

  #step(): void {
    const decision = this.controller.step(this.player.state(this.now_ms), {
      timeline: this.timeline,
      now_ms: this.now_ms + (this.#options.clockError_ms ?? 0),
      uncertainty_ms: this.#options.uncertainty_ms ?? 0.2,
    });
    for (const action of decision.actions) this.player.apply(action, this.now_ms);
    const wakeAt_ms = decision.wakeAt_ms ?? Number.POSITIVE_INFINITY;
    this.#wakeAt_ms = wakeAt_ms > this.now_ms ? wakeAt_ms : this.now_ms + 1;
  }
}

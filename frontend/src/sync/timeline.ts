/**
 * Where the film should be at a moment of room time. Pure. It keeps the states that the relay sent, newest
 * last, because a state takes effect at its `t0_ms` and until then the one before it applies.
 */
import type { PlaybackState } from "./protocol";

export type Acceptance = "change" | "repetition" | "stale";

export interface Motion {
  position_s: number;
  /** Seconds of film per second: 0 while the room is paused. */
  velocity: number;
  state: PlaybackState;
}

/** The position by `state` alone, as if it had always been in effect. */
export function positionAt(state: PlaybackState, room_ms: number): number {
  const elapsed_s = Math.max(0, room_ms - state.t0_ms) / 1000;
  const position_s = state.mode === "playing" ? state.pos_s + state.rate * elapsed_s : state.pos_s;
  return Math.min(position_s, playableEnd_s(state));
}

/** How far the film can be played now: its end, or the part that is ready so far. */
export function playableEnd_s(state: PlaybackState): number {
  return Math.min(
    state.duration_s ?? Number.POSITIVE_INFINITY,
    state.playable_s ?? Number.POSITIVE_INFINITY,
  );
}

const EDGE_S = 0.15;

/**
 * Where the player stops when the room does. At the very end of a film that is still being encoded there is
 * no picture yet and a seek would not finish, so the player stops a few frames before it.
 */
export function restingPosition_s(goal: PlaybackState): number {
  const growing = goal.playable_s != null && goal.playable_s < (goal.duration_s ?? 0) - 0.5;
  return growing ? Math.max(0, Math.min(goal.pos_s, (goal.playable_s ?? 0) - EDGE_S)) : goal.pos_s;
}

export class Timeline {
  #states: PlaybackState[] = [];

  get newest(): PlaybackState | null {
    return this.#states.at(-1) ?? null;
  }

  accept(state: PlaybackState): Acceptance {
    const newest = this.newest;
    if (newest === null) {
      this.#states = [state];
      return "change";
    }
    if (state.epoch < newest.epoch) return "stale";
    if (state.epoch === newest.epoch && state.rev < newest.rev) return "stale";
    if (state.epoch === newest.epoch && state.rev === newest.rev) {
      // Only `playable_s` can have grown; the clock is the same by definition.
      this.#states = [...this.#states.slice(0, -1), state];
      return "repetition";
    }
    const related = state.epoch === newest.epoch && state.mrev === newest.mrev;
    // Earlier states may still be in effect. `t0_ms` never decreases, so the newest that has begun applies.
    this.#states = related ? [...this.#states.slice(-3), state] : [state];
    return "change";
  }

  /** What is in effect at `room_ms`; null without a film. */
  motionAt(room_ms: number): Motion | null {
    const state = this.#states.findLast((one) => one.t0_ms <= room_ms) ?? this.#states[0];
    if (state === undefined || state.mode === "empty") return null;
    const position_s = positionAt(state, room_ms);
    const atEnd = position_s >= playableEnd_s(state);
    const moving = state.mode === "playing" && room_ms >= state.t0_ms && !atEnd;
    return { position_s, velocity: moving ? state.rate : 0, state };
  }

  targetAt(room_ms: number): number | null {
    return this.motionAt(room_ms)?.position_s ?? null;
  }
}

/**
 * Where the film should be at an instant of room time. Pure: it keeps the states that
 * the relay sent, newest last, because until a state's `t0_ms` the one before it holds.
 */
import type { PlaybackState } from "./protocol";

export type Acceptance = "change" | "repetition" | "stale";

export interface Motion {
  position_s: number;
  /** Seconds of film in a second: 0 while the room stands. */
  velocity: number;
  state: PlaybackState;
}

/** The position that `state` alone gives, as if it had held for ever. */
export function positionIn(state: PlaybackState, room_ms: number): number {
  const elapsed_s = Math.max(0, room_ms - state.t0_ms) / 1000;
  const position_s = state.mode === "playing" ? state.pos_s + state.rate * elapsed_s : state.pos_s;
  return Math.min(position_s, limit_s(state));
}

/** How far the film can be played now: its end, or what is made of it so far. */
export function limit_s(state: PlaybackState): number {
  return Math.min(
    state.duration_s ?? Number.POSITIVE_INFINITY,
    state.playable_s ?? Number.POSITIVE_INFINITY,
  );
}

const EDGE_S = 0.15;

/**
 * Where to stand for a room that stands. At the very end of a film in the making there is
 * no picture to show yet, and a seek there would not finish: stand a few frames before it.
 */
export function restingPlace_s(goal: PlaybackState): number {
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
      // Only `playable_s` may have grown; the clock is the same by definition.
      this.#states = [...this.#states.slice(0, -1), state];
      return "repetition";
    }
    const related = state.epoch === newest.epoch && state.mrev === newest.mrev;
    // Earlier ones may still hold: `t0_ms` never goes back, so the newest that has begun is the one.
    this.#states = related ? [...this.#states.slice(-3), state] : [state];
    return "change";
  }

  /** What holds at `room_ms`; null without a film. */
  motionAt(room_ms: number): Motion | null {
    const state = this.#states.findLast((one) => one.t0_ms <= room_ms) ?? this.#states[0];
    if (state === undefined || state.mode === "empty") return null;
    const position_s = positionIn(state, room_ms);
    const atEnd = position_s >= limit_s(state);
    const moving = state.mode === "playing" && room_ms >= state.t0_ms && !atEnd;
    return { position_s, velocity: moving ? state.rate : 0, state };
  }

  targetAt(room_ms: number): number | null {
    return this.motionAt(room_ms)?.position_s ?? null;
  }
}

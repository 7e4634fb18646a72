import type { PlaybackState } from "../protocol";

/** A complete state with everything that a test does not speak of. */
export function playbackState(parts: Partial<PlaybackState>): PlaybackState {
  return {
    t: "state",
    epoch: 1,
    rev: 1,
    video_id: "film",
    mrev: 1,
    mode: "paused",
    pos_s: 0,
    t0_ms: 0,
    rate: 1,
    duration_s: 3600,
    playable_s: null,
    cause: { cmd: "opened" },
    srv_ms: 0,
    ...parts,
  };
}

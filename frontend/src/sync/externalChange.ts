/**
 * What it means when the player was paused or started by somebody else: a headset button,
 * the lock screen, the picture-in-picture window, the system. Pure. There is no list of
 * "events to ignore": the engine compares what it wants with what it finds.
 */
export interface OutsideChange {
  to: "play" | "pause";
  /** The page is seen, or the film is, in a window of its own. */
  watched: boolean;
  sinceVisibilityChange_ms: number;
  mayControl: boolean;
  detached: boolean;
}

export type Meaning = "ask_room" | "snap_back" | "nothing";

/** Browsers pause films as a page goes behind and some only a moment later. */
const HIDING_MS = 1_500;

/**
 * A hidden page never speaks for its person: phones pause whatever is not seen. And who
 * may not control gets the room's state back.
 */
export function meaningOf(change: OutsideChange): Meaning {
  if (change.detached) return "nothing";
  if (!change.watched || change.sinceVisibilityChange_ms < HIDING_MS) return "nothing";
  return change.mayControl ? "ask_room" : "snap_back";
}

/**
 * What it means when something other than this page pauses or starts the player: a headset button, the
 * lock screen, the picture-in-picture window, the system. Pure. There is no list of events to ignore:
 * the player compares its state with what the page last requested.
 */
export interface ExternalChange {
  to: "play" | "pause";
  /** The page is visible, or the film is in a picture-in-picture window. */
  watching: boolean;
  sinceVisibilityChange_ms: number;
  mayControl: boolean;
  detached: boolean;
}

export type ExternalMeaning = "ask_room" | "snap_back" | "nothing";

/** Browsers pause a film when its page is hidden, some of them a moment later. */
const HIDING_MS = 1_500;

/**
 * A hidden page never speaks for its viewer, because phones pause whatever is not visible. Viewers who
 * may not control the film are brought back to the room's state.
 */
export function meaningOf(change: ExternalChange): ExternalMeaning {
  if (change.detached) return "nothing";
  if (!change.watching || change.sinceVisibilityChange_ms < HIDING_MS) return "nothing";
  return change.mayControl ? "ask_room" : "snap_back";
}

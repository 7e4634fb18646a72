/**
 * What it means when something other than this page pauses or starts the player: the picture-in-picture window, the
 * autoplay policy, a call, an unplugged headset. Pure. There is no list of events to ignore: the player compares its
 * state with what the page last requested. Media keys and the lock screen do not come here where the browser has a
 * Media Session, but as actions of a person (`useMediaSession`).
 */
export interface ExternalChange {
  to: "play" | "pause";
  /** The page is visible, or the film is in a picture-in-picture window. */
  watching: boolean;
  sinceVisibilityChange_ms: number;
  /** A person can have done it: the browser's own controls are in reach, or it reports media keys in no other way. */
  byPerson: boolean;
  /** The browser does not let the film play, or not with sound, before a tap. */
  awaitsGesture: boolean;
  mayControl: boolean;
  detached: boolean;
}

export type ExternalMeaning = "ask_room" | "snap_back" | "nothing";

/** Browsers pause a film when its page is hidden, some of them a moment later. */
const HIDING_MS = 1_500;

/**
 * A pause that no person made is never a command: a hidden page does not speak for its viewer, because phones pause
 * whatever is not visible, and neither do the autoplay policy and the system. Viewers who may not control the film are
 * brought back to the room's state.
 */
export function meaningOf(change: ExternalChange): ExternalMeaning {
  if (change.detached) return "nothing";
  if (!change.watching || change.sinceVisibilityChange_ms < HIDING_MS) return "nothing";
  if (change.awaitsGesture || !change.byPerson) return "nothing";
  return change.mayControl ? "ask_room" : "snap_back";
}

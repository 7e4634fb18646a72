/** A slip of the finger on the scrub bar moves everybody: where the way back leads, while it is offered. Pure. */

/** Shorter jumps are as quickly undone by a jump. */
const FAR_S = 60;

interface Jump {
  from_s: number;
  to_s: number;
  /** Where an offer that still stands leads: whoever looks for a scene wants back to where the search began. */
  offered_s: number | null;
}

export function wayBack({ from_s, to_s, offered_s }: Jump): number | null {
  const home_s = offered_s ?? from_s;
  return Math.abs(to_s - home_s) < FAR_S ? null : home_s;
}

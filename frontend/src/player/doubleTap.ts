/**
 * Touch on the film: one tap shows or hides the controls, a second tap in the same third of the picture skips
 * ten seconds back or ahead. Pure: position and time are passed in.
 */
import { SKIP_S } from "@/sync/playbackControls";

export type TapMeaning = { do: "reveal" } | { do: "skip"; by_s: number };

interface Tap {
  at_ms: number;
  side: "left" | "middle" | "right";
}

const DOUBLE_WITHIN_MS = 320;

export class DoubleTap {
  #last: Tap | null = null;

  /** `share`: 0 at the left edge, 1 at the right one. */
  tap(share: number, at_ms: number): TapMeaning {
    const side = share < 1 / 3 ? "left" : share > 2 / 3 ? "right" : "middle";
    const last = this.#last;
    this.#last = { at_ms, side };
    const again = last?.side === side && at_ms - last.at_ms < DOUBLE_WITHIN_MS;
    if (!again || side === "middle") return { do: "reveal" };
    return { do: "skip", by_s: side === "left" ? -SKIP_S : SKIP_S };
  }
}

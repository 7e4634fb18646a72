import { useMedia } from "@/ui/window/useMedia";

/**
 * side: film and panel side by side; stacked: a phone held upright, the film on top; immersive: the film has the whole
 * window, with the bar over it and the panel on demand. A phone held sideways, a laptop zoomed in, theatre mode and
 * full screen are immersive.
 */
export type RoomLayout = "side" | "stacked" | "immersive";

/** Not a phone held upright whose keyboard is open. */
const SIDEWAYS = "(orientation: landscape) and (max-height: 30rem) and (min-width: 30rem)";
const WIDE = "(min-width: 56rem)";

export function useRoomLayout(): RoomLayout {
  const sideways = useMedia(SIDEWAYS);
  const wide = useMedia(WIDE);
  if (sideways) return "immersive";
  return wide ? "side" : "stacked";
}

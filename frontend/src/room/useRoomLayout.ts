import { useSyncExternalStore } from "react";

/**
 * side: film and panel side by side; stacked: a phone held upright, the film on top; immersive: a phone held sideways,
 * only the film, with the panel as a drawer.
 */
export type RoomLayout = "side" | "stacked" | "immersive";

const SIDEWAYS = "(orientation: landscape) and (max-height: 30rem)";
const WIDE = "(min-width: 56rem)";

export function useRoomLayout(): RoomLayout {
  const sideways = useMedia(SIDEWAYS);
  const wide = useMedia(WIDE);
  if (sideways) return "immersive";
  return wide ? "side" : "stacked";
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
  );
}

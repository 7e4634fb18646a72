import { useSyncExternalStore } from "react";

/**
 * side: film and panel next to each other · stacked: a phone held upright, film on top ·
 * immersive: a phone held sideways, the film is everything and the panel a drawer.
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

/** Whether something on this page fills the screen. An iPhone's own video player is not on the page. */
export function useFullscreen(): boolean {
  return useSyncExternalStore(
    (changed) => {
      document.addEventListener("fullscreenchange", changed);
      return () => document.removeEventListener("fullscreenchange", changed);
    },
    () => document.fullscreenElement !== null,
  );
}

import { useSyncExternalStore } from "react";

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

import { useSyncExternalStore } from "react";

/** The element of this page that is in full screen, if any. An iPhone's native player does not count. */
export function useFullscreenElement(): HTMLElement | null {
  return useSyncExternalStore(
    (changed) => {
      document.addEventListener("fullscreenchange", changed);
      return () => document.removeEventListener("fullscreenchange", changed);
    },
    () => document.fullscreenElement as HTMLElement | null,
  );
}

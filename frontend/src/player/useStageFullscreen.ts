import { useMemo, useSyncExternalStore } from "react";

function subscribe(changed: () => void): () => void {
  document.addEventListener("fullscreenchange", changed);
  return () => document.removeEventListener("fullscreenchange", changed);
}

/** The stage on the whole screen, chat and all. iPhones cannot: there, theatre is the big mode. */
export function useStageFullscreen(stage: HTMLElement | null) {
  const on = useSyncExternalStore(
    subscribe,
    () => stage !== null && document.fullscreenElement === stage,
  );
  return useMemo(
    () => ({
      on,
      possible: document.fullscreenEnabled === true,
      toggle: () => {
        if (document.fullscreenElement !== null) void document.exitFullscreen();
        else void stage?.requestFullscreen();
      },
    }),
    [on, stage],
  );
}

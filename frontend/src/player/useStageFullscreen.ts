import { useMemo, useSyncExternalStore } from "react";

function subscribe(changed: () => void): () => void {
  document.addEventListener("fullscreenchange", changed);
  return () => document.removeEventListener("fullscreenchange", changed);
}

/** Full screen for the whole stage, including the chat. iPhones do not support it; there, theatre mode is the largest. */
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

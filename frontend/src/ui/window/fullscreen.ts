import { useEffect, useMemo, useSyncExternalStore } from "react";

function subscribe(changed: () => void): () => void {
  document.addEventListener("fullscreenchange", changed);
  return () => document.removeEventListener("fullscreenchange", changed);
}

const isOn = () => document.fullscreenElement !== null;

/** Whether this page is in full screen. An iPhone's native player does not count. */
export function useIsFullscreen(): boolean {
  return useSyncExternalStore(subscribe, isOn);
}

export interface Fullscreen {
  on: boolean;
  possible: boolean;
  toggle: () => void;
}

/**
 * Full screen for the whole page: a browser shows nothing but the full-screen element, and dialogs, menus, toasts and
 * strips are all over the page. It ends with the component. iPhones have full screen for
 * the film alone (`VideoElementPlayer`), and theatre mode with the chat.
 */
export function useFullscreen(): Fullscreen {
  const on = useIsFullscreen();
  useEffect(() => leave, []);
  return useMemo(
    () => ({
      on,
      possible: document.fullscreenEnabled === true,
      toggle: () => {
        if (isOn()) leave();
        else void document.documentElement.requestFullscreen();
      },
    }),
    [on],
  );
}

function leave(): void {
  // The page may have left full screen already, for example by the Escape key.
  if (isOn()) document.exitFullscreen().catch(() => {});
}

import { useEffect } from "react";

const EVERY_MS = 15_000;

/**
 * Looks at the door now and then, and at once when the page comes back: a phone that slept has
 * missed whatever the room said.
 */
export function useDoorWatch(waiting: boolean, look: () => void): void {
  useEffect(() => {
    if (!waiting) return;
    const onVisible = () => {
      if (document.visibilityState === "visible") look();
    };
    const timer = setInterval(onVisible, EVERY_MS);
    document.addEventListener("visibilitychange", onVisible);
    window.addEventListener("online", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onVisible);
      window.removeEventListener("online", look);
    };
  }, [waiting, look]);
}

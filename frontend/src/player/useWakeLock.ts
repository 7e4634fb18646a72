import { useEffect } from "react";

/** Keeps the screen on while the film plays, where the browser can. */
export function useWakeLock(wanted: boolean): void {
  useEffect(() => {
    if (!wanted || !("wakeLock" in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let stopped = false;
    const acquire = async () => {
      if (document.visibilityState !== "visible") return;
      // Refused when the battery is low, and on pages without TLS.
      const acquired = await navigator.wakeLock.request("screen").catch(() => null);
      if (stopped) void acquired?.release();
      else lock = acquired;
    };
    void acquire();
    // The system releases the lock whenever the page is hidden.
    document.addEventListener("visibilitychange", acquire);
    return () => {
      stopped = true;
      document.removeEventListener("visibilitychange", acquire);
      void lock?.release();
    };
  }, [wanted]);
}

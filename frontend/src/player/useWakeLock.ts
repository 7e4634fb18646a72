import { useEffect } from "react";

/** Keeps the screen on while the film runs. Where that is not possible, it is not missed. */
export function useWakeLock(wanted: boolean): void {
  useEffect(() => {
    if (!wanted || !("wakeLock" in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const take = async () => {
      if (document.visibilityState !== "visible") return;
      // Refused when the battery is low, and on pages without TLS.
      const taken = await navigator.wakeLock.request("screen").catch(() => null);
      if (over) void taken?.release();
      else lock = taken;
    };
    void take();
    // The system lets go of it whenever the page is hidden.
    document.addEventListener("visibilitychange", take);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", take);
      void lock?.release();
    };
  }, [wanted]);
}

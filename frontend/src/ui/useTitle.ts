import { useEffect } from "react";

/** Sets the title of the browser tab. */
export function useTitle(title: string | null): void {
  useEffect(() => {
    document.title = title ? `${title} · WatchParty` : "WatchParty";
  }, [title]);
}

import { useEffect } from "react";

/** The tab's title, most particular part first. */
export function useTitle(title: string | null): void {
  useEffect(() => {
    document.title = title ? `${title} · WatchParty` : "WatchParty";
  }, [title]);
}

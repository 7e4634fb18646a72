/**
 * Remembers the name a person goes by in this browser. Storage may be refused (private windows,
 * blocked cookies); then the name simply lives as long as the page.
 */
import { friendlyName } from "./friendlyName";

const KEY = "watchparty.name";

export function keptName(): string {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept) return kept;
  } catch {
    // No storage: a fresh suggestion is as good.
  }
  return friendlyName(Math.random);
}

export function keepName(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Same: the name is asked for again next time.
  }
}

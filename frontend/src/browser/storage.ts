/**
 * What this browser remembers between visits. Where storage is forbidden, as with all cookies blocked, every access to
 * `localStorage` throws, and where it is full, every write; then values last as long as the page.
 */
const memory = new Map<string, string>();

/** Whether the browser blocks this site's cookies and storage; `navigator.cookieEnabled` does not tell in Chromium. */
export function isStorageForbidden(): boolean {
  try {
    localStorage.getItem("");
    return false;
  } catch {
    return true;
  }
}

export const storage = {
  getItem(key: string): string | null {
    const newer = memory.get(key);
    if (newer !== undefined) return newer;
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },

  setItem(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
      memory.delete(key);
    } catch {
      memory.set(key, value);
    }
  },

  removeItem(key: string): void {
    memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // It was in memory only.
    }
  },
};

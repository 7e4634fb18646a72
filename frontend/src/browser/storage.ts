/**
 * What this browser remembers between visits. Where storage is forbidden, as with all cookies blocked, every access to
 * `localStorage` throws; then values last as long as the page.
 */
const memory = new Map<string, string>();

export const storage = {
  getItem(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return memory.get(key) ?? null;
    }
  },

  setItem(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
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

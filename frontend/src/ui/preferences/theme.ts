/** The colour theme: the system's, or the one chosen on this device. */
import { storage } from "@/browser/storage";

export type Theme = "system" | "dark" | "light";

const KEY = "watchparty.theme";

export function currentTheme(): Theme {
  const stored = storage.getItem(KEY);
  return stored === "dark" || stored === "light" ? stored : "system";
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") {
    storage.removeItem(KEY);
    delete document.documentElement.dataset.theme;
  } else {
    storage.setItem(KEY, theme);
    document.documentElement.dataset.theme = theme;
  }
}

import { useLayoutEffect } from "react";
import { currentTheme } from "@/ui/theme";

/**
 * Turns the lights down around a film, unless the person has chosen a theme, and keeps messages
 * away from the field at the bottom.
 */
export function useCinema(): void {
  useLayoutEffect(() => {
    const { dataset } = document.documentElement;
    const dims = currentTheme() === "system";
    if (dims) dataset.theme = "dark";
    dataset.toasts = "top";
    return () => {
      if (dims) delete dataset.theme;
      delete dataset.toasts;
    };
  }, []);
}

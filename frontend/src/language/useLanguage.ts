import { i18n } from "@lingui/core";
import { useSyncExternalStore } from "react";

/** Renders a component again when the language changes, although its own properties do not. */
export function useLanguage(): void {
  useSyncExternalStore(
    (changed) => i18n.on("change", changed),
    () => i18n.locale,
  );
}

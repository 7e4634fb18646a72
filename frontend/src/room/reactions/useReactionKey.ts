import { type RefObject, useEffect } from "react";
import { isTyping } from "../isTyping";

/** `r` takes the keyboard to the reactions; Tab and Enter do the rest. */
export function useReactionKey(first: RefObject<HTMLButtonElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "r" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.defaultPrevented || isTyping(event.target)) return;
      event.preventDefault();
      first.current?.focus();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [first]);
}

import { useEffect } from "react";
import { isTyping } from "../isTyping";
import { useComposer } from "./composer";

/** `/` goes to the chat from anywhere; `onWish` makes it visible first. */
export function useComposerKey(onWish: () => void): void {
  const wishFocus = useComposer((state) => state.wishFocus);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.defaultPrevented || isTyping(event.target)) return;
      event.preventDefault();
      onWish();
      wishFocus();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [onWish, wishFocus]);
}

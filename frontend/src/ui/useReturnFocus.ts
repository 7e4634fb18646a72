import { type RefObject, useEffect, useRef } from "react";

/**
 * Gives the focus back to the button that led to a dialog. A dialog that was opened from a menu
 * cannot do it: the menu's entry, which had the focus, is gone by then.
 */
export function useReturnFocus(open: boolean): RefObject<HTMLButtonElement | null> {
  const trigger = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(open);
  useEffect(() => {
    if (wasOpen.current && !open) trigger.current?.focus();
    wasOpen.current = open;
  }, [open]);
  return trigger;
}

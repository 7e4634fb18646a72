import { type RefObject, useEffect, useRef } from "react";

/**
 * Handlers that give the focus back to what opened a dialog. Radix does it for dialogs with a trigger of their own;
 * ours are opened by state, from anywhere.
 */
export function useOpener() {
  const opener = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: () => {
      opener.current = document.activeElement;
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (opener.current instanceof HTMLElement) opener.current.focus();
    },
  };
}

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

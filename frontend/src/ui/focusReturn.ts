import { type RefObject, useEffect, useRef } from "react";

/**
 * Handlers that return the focus to what opened a dialog. Radix does so for dialogs with a trigger of their own; these
 * are opened by state, from anywhere.
 */
export function useDialogFocus() {
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
 * Returns the focus to the button whose menu opened a dialog. The dialog itself cannot: the menu entry that had the
 * focus is gone by then.
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

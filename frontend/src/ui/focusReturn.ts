import { type RefObject, useEffect, useRef, useState } from "react";

/**
 * A handler that returns the focus to what opened a dialog. Radix does so for dialogs with a trigger of their own; these
 * are opened by state, from anywhere.
 */
export function useDialogFocus(open: boolean) {
  const [wasOpen, setWasOpen] = useState(false);
  const [opener, setOpener] = useState<Element | null>(null);
  if (open !== wasOpen) {
    setWasOpen(open);
    // While rendering: once the dialog is there, a field in it may have the focus.
    if (open) setOpener(document.activeElement);
  }
  return {
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (opener instanceof HTMLElement) opener.focus();
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

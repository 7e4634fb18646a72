import { useRef } from "react";

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

import { type FocusEvent, type KeyboardEvent, type RefObject, useCallback, useEffect } from "react";

const MESSAGE = "[data-message]";
/** A button that needs an answer remains a separate tab stop. */
const CONTROLS = "button:not([data-urgent]), a[href]";

/**
 * One tab stop for all messages: the arrow keys go from message to message, and Tab visits the buttons of the one that has
 * the focus. Otherwise every message of a long chat would be two stops before the text field.
 */
export function useMessageFocus(box: RefObject<HTMLElement | null>, items: unknown) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new message has buttons
  useEffect(() => {
    const active = document.activeElement?.closest(MESSAGE);
    for (const message of box.current?.querySelectorAll(MESSAGE) ?? []) {
      setReachable(message, message === active);
    }
  }, [box, items]);

  const onFocus = useCallback((event: FocusEvent<HTMLElement>) => {
    const message = event.target.closest(MESSAGE);
    if (message) setReachable(message, true);
  }, []);
  const onBlur = useCallback((event: FocusEvent<HTMLElement>) => {
    const message = event.target.closest(MESSAGE);
    if (message && !message.contains(event.relatedTarget)) setReachable(message, false);
  }, []);
  const onKeyDown = useCallback((event: KeyboardEvent<HTMLElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof Element))
      return;
    const messages = [...event.currentTarget.querySelectorAll<HTMLElement>(MESSAGE)];
    const current = event.target.closest<HTMLElement>(MESSAGE);
    const next = nextIndex(event.key, current ? messages.indexOf(current) : null, messages.length);
    if (next === null) return;
    event.preventDefault();
    messages[next]?.focus();
  }, []);
  return { onFocus, onBlur, onKeyDown };
}

/** The index that a key leads to; null if it does not move. From the list itself, the first step leads to its end. */
export function nextIndex(key: string, current: number | null, total: number): number | null {
  if (total === 0) return null;
  switch (key) {
    case "ArrowUp":
      return current === null ? total - 1 : Math.max(0, current - 1);
    case "ArrowDown":
      return current === null ? total - 1 : Math.min(total - 1, current + 1);
    case "Home":
      return 0;
    case "End":
      return total - 1;
    default:
      return null;
  }
}

function setReachable(message: Element, reachable: boolean): void {
  for (const control of message.querySelectorAll<HTMLElement>(CONTROLS)) {
    control.tabIndex = reachable ? 0 : -1;
  }
}

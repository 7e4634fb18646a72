import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

/** This close to the end counts as at the end. */
const NEAR_PX = 64;

interface StickToBottom {
  atBottom: boolean;
  onScroll: () => void;
  toBottom: () => void;
}

/**
 * Keeps the newest line visible, unless the reader has scrolled back. `tails` are values that change when something is
 * added at the end.
 */
export function useStickToBottom(
  box: RefObject<HTMLElement | null>,
  ...tails: readonly unknown[]
): StickToBottom {
  const [atBottom, setAtBottom] = useState(true);
  const sticks = useRef(true);

  const toBottom = useCallback(() => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [box]);

  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const near = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    sticks.current = near;
    setAtBottom(near);
  }, [box]);

  useLayoutEffect(() => {
    if (sticks.current) toBottom();
  }, [...tails, toBottom]);

  // A phone's keyboard, or the quote of a reply, changes the box's height without a new line.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (sticks.current) toBottom();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, toBottom]);

  return { atBottom, onScroll, toBottom };
}

import { useCallback, useEffect, useRef, useState } from "react";

const AFTER_MS = 2_800;

interface Idleness {
  idle: boolean;
  wake: () => void;
  toggle: () => void;
}

/** Controls go when nobody needs them: while the film runs, nothing is open and no key is at work. */
export function useIdle(stage: HTMLElement | null, mayRest: boolean): Idleness {
  const [idle, setIdle] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const wake = useCallback(() => {
    setIdle(false);
    clearTimeout(timer.current);
    if (!mayRest) return;
    const rest = () => {
      if (stage?.matches(":has([aria-expanded=true], :focus-visible)")) {
        timer.current = setTimeout(rest, AFTER_MS);
      } else {
        setIdle(true);
      }
    };
    timer.current = setTimeout(rest, AFTER_MS);
  }, [stage, mayRest]);

  useEffect(() => {
    wake();
    return () => clearTimeout(timer.current);
  }, [wake]);

  useEffect(() => {
    if (stage === null) return;
    const moved = (event: PointerEvent) => {
      if (event.pointerType === "mouse") wake();
    };
    stage.addEventListener("pointermove", moved);
    stage.addEventListener("keydown", wake);
    stage.addEventListener("focusin", wake);
    return () => {
      stage.removeEventListener("pointermove", moved);
      stage.removeEventListener("keydown", wake);
      stage.removeEventListener("focusin", wake);
    };
  }, [stage, wake]);

  const toggle = useCallback(() => {
    if (idle) wake();
    else if (mayRest) setIdle(true);
  }, [idle, mayRest, wake]);

  return { idle: idle && mayRest, wake, toggle };
}

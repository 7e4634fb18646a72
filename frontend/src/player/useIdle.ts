import { useCallback, useEffect, useRef, useState } from "react";

const AFTER_MS = 2_800;

interface Idle {
  idle: boolean;
  show: () => void;
  toggle: () => void;
}

/** The controls hide while the film plays, nothing is open, and neither pointer nor keyboard is used. */
export function useIdle(stage: HTMLElement | null, mayHide: boolean): Idle {
  const [idle, setIdle] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const show = useCallback(() => {
    setIdle(false);
    clearTimeout(timer.current);
    if (!mayHide) return;
    const hide = () => {
      if (stage?.matches(":has([aria-expanded=true], :focus-visible)")) {
        timer.current = setTimeout(hide, AFTER_MS);
      } else {
        setIdle(true);
      }
    };
    timer.current = setTimeout(hide, AFTER_MS);
  }, [stage, mayHide]);

  useEffect(() => {
    show();
    return () => clearTimeout(timer.current);
  }, [show]);

  useEffect(() => {
    if (stage === null) return;
    const onPointerMove = (event: PointerEvent) => {
      if (event.pointerType === "mouse") show();
    };
    stage.addEventListener("pointermove", onPointerMove);
    stage.addEventListener("keydown", show);
    stage.addEventListener("focusin", show);
    return () => {
      stage.removeEventListener("pointermove", onPointerMove);
      stage.removeEventListener("keydown", show);
      stage.removeEventListener("focusin", show);
    };
  }, [stage, show]);

  const toggle = useCallback(() => {
    if (idle) show();
    else if (mayHide) setIdle(true);
  }, [idle, mayHide, show]);

  return { idle: idle && mayHide, show, toggle };
}

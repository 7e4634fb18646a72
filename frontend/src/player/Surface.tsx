import { type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { cx } from "@/ui/cx";
import { DoubleTap } from "./doubleTap";
import { useMayControl, useStage } from "./playback/StageContext";

const DOUBLE_CLICK_MS = 220;

interface SurfaceProps {
  idle: boolean;
  onReveal: () => void;
}

/** The picture as a control: a click plays or pauses, a double click fills the screen; for touch see `doubleTap`. */
export function Surface({ idle, onReveal }: SurfaceProps) {
  const { controls, fullscreen } = useStage();
  const mayControl = useMayControl();
  const taps = useMemo(() => new DoubleTap(), []);
  const click = useRef<ReturnType<typeof setTimeout>>(undefined);
  // A double click does not say what it was made with, and two taps are one, too.
  const touched = useRef(false);
  const [flash, setFlash] = useState<{ by_s: number; key: number } | null>(null);
  useEffect(() => () => clearTimeout(click.current), []);

  const clicked = () => {
    clearTimeout(click.current);
    click.current = setTimeout(() => controls.toggle(), DOUBLE_CLICK_MS);
  };
  const doubleClicked = () => {
    clearTimeout(click.current);
    if (fullscreen.possible) fullscreen.toggle();
  };
  const tapped = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const meaning = taps.tap((event.clientX - left) / width, event.timeStamp);
    if (meaning.do === "reveal" || !mayControl) {
      onReveal();
      return;
    }
    controls.skip(meaning.by_s);
    setFlash({ by_s: meaning.by_s, key: event.timeStamp });
  };

  return (
    // Buttons and keys do the same; this is a larger target for pointers.
    <div
      aria-hidden="true"
      className={cx("absolute inset-0", idle && "cursor-none")}
      onPointerUp={(event) => {
        touched.current = event.pointerType === "touch";
        if (touched.current) tapped(event);
      }}
      onClick={() => !touched.current && clicked()}
      onDoubleClick={() => !touched.current && doubleClicked()}
    >
      {flash && <Flash key={flash.key} by_s={flash.by_s} onDone={() => setFlash(null)} />}
    </div>
  );
}

function Flash({ by_s, onDone }: { by_s: number; onDone: () => void }) {
  return (
    <div
      onAnimationEnd={onDone}
      className={cx(
        "pointer-events-none absolute inset-y-0 grid w-1/3 animate-[appear_0.5s_ease-out_reverse_both] place-items-center bg-white/15 text-lg font-bold",
        by_s < 0 ? "start-0 rounded-e-full" : "end-0 rounded-s-full",
      )}
    >
      {by_s < 0 ? "−" : "+"}
      {Math.abs(by_s)} s
    </div>
  );
}

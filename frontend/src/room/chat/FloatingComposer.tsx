import { useState } from "react";
import { Composer } from "./Composer";
import { useComposer } from "./composer";

/** Writing in fullscreen, where the panel is out of reach: comes with `/`, goes with the focus. */
export function FloatingComposer() {
  const wishes = useComposer((state) => state.focusWishes);
  const [settled, setSettled] = useState(wishes);
  if (wishes === settled) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only sees where the focus went
    <div
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setSettled(wishes);
      }}
      className="pointer-events-auto absolute bottom-16 left-3 w-[min(24rem,80%)] animate-rise rounded-2xl bg-surface/92 pt-3 text-text backdrop-blur"
    >
      <Composer />
    </div>
  );
}

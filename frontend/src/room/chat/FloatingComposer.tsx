import { useState } from "react";
import { Composer } from "./Composer";
import { useComposer } from "./composer";

/** Writing in fullscreen, where the panel is out of reach: comes with `/`, goes with the focus. */
export function FloatingComposer() {
  const wanted = useComposer((state) => state.wantsFocus);
  const [open, setOpen] = useState(false);
  if (wanted && !open) setOpen(true);
  if (!open) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only sees where the focus went
    <div
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
      className="pointer-events-auto absolute bottom-16 left-3 w-[min(24rem,80%)] animate-rise rounded-2xl bg-surface/92 pt-3 text-text backdrop-blur"
    >
      <Composer />
    </div>
  );
}

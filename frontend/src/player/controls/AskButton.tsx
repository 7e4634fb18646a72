import { Hand } from "lucide-react";
import { useMayControl, useStage } from "../StageContext";

/** For those whose buttons do nothing: the way to change that. */
export function AskButton() {
  const { onAskControl } = useStage();
  if (useMayControl()) return null;
  return (
    <button
      type="button"
      onClick={onAskControl}
      className="mr-1 flex min-h-9 pointer-coarse:min-h-11 shrink-0 items-center gap-1.5 rounded-full bg-white/15 px-3.5 text-sm font-semibold text-white hover:bg-white/25"
    >
      <Hand className="size-4" aria-hidden="true" />
      <span className="hidden @md:inline">Ask to control</span>
      <span className="sr-only @sm:not-sr-only @md:hidden">Ask</span>
    </button>
  );
}

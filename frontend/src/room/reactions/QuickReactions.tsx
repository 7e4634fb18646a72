import { t } from "@lingui/core/macro";
import { SmilePlus, X } from "lucide-react";
import { useCallback, useState } from "react";
import { cx } from "@/ui/cx";
import { useSingleKey } from "@/ui/useSingleKey";
import { ReactionBar } from "./ReactionBar";
import "../overFilm.css";

/** Reactions over the film: one button that hides with the controls. */
export function QuickReactions() {
  const [open, setOpen] = useState(false);
  useSingleKey(
    "r",
    useCallback(() => setOpen(true), []),
  );
  const Icon = open ? X : SmilePlus;
  return (
    <div
      className={cx(
        "pointer-events-auto absolute top-16 end-3 flex items-center rounded-full bg-black/60 text-white backdrop-blur",
        !open && "over-film",
      )}
    >
      {open && <ReactionBar autoFocus className="ps-1" />}
      <button
        type="button"
        aria-expanded={open}
        aria-label={open ? t`Hide reactions` : t`React`}
        onClick={() => setOpen(!open)}
        className="grid size-12 place-items-center rounded-full hover:bg-white/15"
      >
        <Icon className="size-5" aria-hidden="true" />
      </button>
    </div>
  );
}

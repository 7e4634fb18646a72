import { t } from "@lingui/core/macro";
import { Play, VolumeX } from "lucide-react";
import { useEffect } from "react";
import { usePlayerView, useStage } from "./playback/StageContext";

/** Shown while the browser requires a user gesture before sound, or before playing at all. Any tap or key will do. */
export function SoundGate() {
  const { player } = useStage();
  const soundBlocked = usePlayerView((view) => view.soundBlocked);
  const blocked = usePlayerView((view) => view.blocked);
  const waiting = soundBlocked || blocked;

  useEffect(() => {
    if (!waiting) return;
    const gesture = () => player.userGesture();
    document.addEventListener("pointerup", gesture);
    document.addEventListener("keydown", gesture);
    return () => {
      document.removeEventListener("pointerup", gesture);
      document.removeEventListener("keydown", gesture);
    };
  }, [player, waiting]);

  if (!waiting) return null;
  const Icon = blocked ? Play : VolumeX;
  return (
    <button
      type="button"
      className="group/gate absolute inset-0 grid place-items-center bg-black/35"
      onClick={() => player.userGesture()}
    >
      <span className="flex min-h-14 animate-rise items-center gap-3 rounded-full bg-accent px-7 text-lg font-bold text-on-accent shadow-high group-hover/gate:bg-accent-hover">
        <Icon className="size-6" aria-hidden="true" />
        {blocked ? t`Tap to join playback` : t`Tap for sound`}
      </span>
    </button>
  );
}

import { Play, VolumeX } from "lucide-react";
import { useEffect } from "react";
import { useStage, useView } from "./playback/StageContext";

/** Where the browser wants a touch before sound, or before anything. Any key or tap will do. */
export function SoundGate() {
  const { player } = useStage();
  const soundBlocked = useView((view) => view.soundBlocked);
  const blocked = useView((view) => view.blocked);
  const waiting = soundBlocked || blocked;

  useEffect(() => {
    if (!waiting) return;
    const touched = () => player.touched();
    document.addEventListener("pointerup", touched);
    document.addEventListener("keydown", touched);
    return () => {
      document.removeEventListener("pointerup", touched);
      document.removeEventListener("keydown", touched);
    };
  }, [player, waiting]);

  if (!waiting) return null;
  const Icon = blocked ? Play : VolumeX;
  return (
    <button
      type="button"
      className="group/gate absolute inset-0 grid place-items-center bg-black/35"
      onClick={() => player.touched()}
    >
      <span className="flex min-h-14 animate-rise items-center gap-3 rounded-full bg-accent px-7 text-lg font-bold text-on-accent shadow-high group-hover/gate:bg-accent-hover">
        <Icon className="size-6" aria-hidden="true" />
        {blocked ? "Tap to join playback" : "Tap for sound"}
      </span>
    </button>
  );
}

import { useState } from "react";
import { useStore } from "zustand";
import { formatFilmTime } from "@/ui/filmTime";
import { usePosition, useRoomState, useStage, useView } from "../playback/StageContext";

/** A tap changes between what is gone and what is left. */
export function TimeLabel() {
  const { transport } = useStage();
  const shown_s = usePosition();
  const asked_s = useStore(transport.asked, (asked) => asked.position_s);
  const known_s = useRoomState((state) => state.playback?.duration_s ?? null);
  const loaded_s = useView((view) => view.duration_s);
  const [left, setLeft] = useState(false);
  const length_s = known_s ?? loaded_s;
  const position_s = asked_s ?? shown_s;
  return (
    <button
      type="button"
      onClick={() => setLeft(!left)}
      className="min-h-11 min-w-min rounded-lg px-2 text-sm font-medium text-white tabular-nums drop-shadow hover:bg-white/10"
    >
      <span className="sr-only">{left ? "Time left " : "Time "}</span>
      {/* Where there is no room for the length it wraps out of sight: a long film has long times. */}
      <span className="flex h-5 flex-wrap overflow-hidden leading-5">
        <span>
          {left ? `−${formatFilmTime(length_s - position_s)}` : formatFilmTime(position_s)}
        </span>
        <span className="whitespace-pre text-white/65"> / {formatFilmTime(length_s)}</span>
      </span>
    </button>
  );
}

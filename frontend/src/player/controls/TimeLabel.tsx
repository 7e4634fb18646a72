import { t } from "@lingui/core/macro";
import { useState } from "react";
import { formatFilmTime } from "@/ui/filmTime";
import {
  useExpectedPosition,
  usePlayerView,
  usePosition,
  useSessionState,
} from "../playback/StageContext";

/** A tap switches between the elapsed and the remaining time. */
export function TimeLabel() {
  const shown_s = usePosition();
  const expected_s = useExpectedPosition();
  const known_s = useSessionState((state) => state.playback?.duration_s ?? null);
  const loaded_s = usePlayerView((view) => view.duration_s);
  const [left, setLeft] = useState(false);
  const length_s = known_s ?? loaded_s;
  const position_s = expected_s ?? shown_s;
  return (
    <button
      type="button"
      onClick={() => setLeft(!left)}
      className="min-h-11 min-w-min rounded-lg px-2 text-sm font-medium text-white tabular-nums drop-shadow hover:bg-white/10"
    >
      <span className="sr-only">{left ? t`Time left ` : t`Time `}</span>
      {/* If the length does not fit, as with a long film, it wraps out of sight. */}
      <span className="flex h-5 flex-wrap overflow-hidden leading-5">
        <span>
          {left ? `−${formatFilmTime(length_s - position_s)}` : formatFilmTime(position_s)}
        </span>
        <span className="whitespace-pre text-white/65"> / {formatFilmTime(length_s)}</span>
      </span>
    </button>
  );
}

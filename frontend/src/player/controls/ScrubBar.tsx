import { t } from "@lingui/core/macro";
import { Slider } from "radix-ui";
import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { cx } from "@/ui/cx";
import { spokenTime } from "@/ui/filmTime";
import {
  useExpectedPosition,
  useMayControl,
  usePlayerView,
  usePosition,
  useSessionState,
  useStage,
} from "../playback/StageContext";
import { chapterAt, marksOf, useChapters } from "./chapters";
import { ScrubPreview } from "./ScrubPreview";

const KEY_STEP_S = 5;

/** The film as a line. Dragging seeks once, on release. */
export function ScrubBar() {
  const { controls, onAskControl } = useStage();
  const mayControl = useMayControl();
  const playing_s = usePosition();
  const expected_s = useExpectedPosition();
  const { length_s, playable_s } = useLengths();
  const bufferedUntil_s = usePlayerView((view) => view.bufferedUntil_s);
  const [dragged_s, setDragged] = useState<number | null>(null);
  const [pointed_s, setPointed] = useState<number | null>(null);
  const chapters = useChapters();
  const shown_s = Math.min(dragged_s ?? expected_s ?? playing_s, length_s);
  const share = (position_s: number) => `${(100 * Math.min(position_s, length_s)) / length_s}%`;

  const point = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const at = Math.min(1, Math.max(0, (event.clientX - left) / width));
    setPointed(at * length_s);
  };
  const step = (event: KeyboardEvent) => {
    const by_s = { ArrowLeft: -KEY_STEP_S, ArrowRight: KEY_STEP_S }[event.key];
    if (by_s === undefined) return;
    event.preventDefault();
    controls.skip(by_s);
  };
  const commit = (position_s: number) => {
    setDragged(null);
    controls.seek(Math.min(position_s, playable_s));
  };

  return (
    <Slider.Root
      dir="ltr"
      value={[shown_s]}
      max={length_s}
      step={0.1}
      disabled={!mayControl}
      onValueChange={([position_s = 0]) => setDragged(position_s)}
      onValueCommit={([position_s = 0]) => commit(position_s)}
      onKeyDown={step}
      onPointerMove={point}
      onPointerLeave={() => setPointed(null)}
      onClick={mayControl ? undefined : onAskControl}
      className={cx(
        "group/scrub relative flex h-7 w-full touch-none items-center select-none",
        mayControl ? "cursor-pointer" : "cursor-not-allowed",
      )}
    >
      <Slider.Track className="relative h-1 grow overflow-hidden rounded-full bg-white/25 transition-[height] duration-150 group-hover/scrub:h-1.5 pointer-coarse:h-1.5">
        <div className="absolute h-full bg-white/35" style={{ width: share(bufferedUntil_s) }} />
        {playable_s < length_s && (
          <div
            className="absolute end-0 h-full bg-[repeating-linear-gradient(135deg,#fff6_0_2px,#0000_2px_6px)]"
            style={{ left: share(playable_s) }}
          />
        )}
        <Slider.Range
          className={cx("absolute h-full rounded-full", mayControl ? "bg-accent" : "bg-white/70")}
        />
        {marksOf(chapters, length_s).map((at) => (
          <div
            key={at}
            data-chapter-mark
            className="absolute h-full w-0.5 -translate-x-1/2 bg-black/80"
            style={{ left: `${100 * at}%` }}
          />
        ))}
      </Slider.Track>
      <Slider.Thumb
        aria-label={t`Seek`}
        aria-valuetext={spoken(shown_s, length_s, chapterAt(chapters, shown_s)?.title)}
        className={cx(
          "block size-3.5 rounded-full bg-accent shadow-low transition-[scale,opacity] duration-150",
          "scale-0 group-hover/scrub:scale-100 focus-visible:scale-100 pointer-coarse:scale-110",
          !mayControl && "opacity-0",
        )}
      />
      {pointed_s !== null && (
        <ScrubPreview
          position_s={dragged_s ?? pointed_s}
          chapter={chapterAt(chapters, dragged_s ?? pointed_s)?.title ?? null}
          share={(dragged_s ?? pointed_s) / length_s}
          beyond={(dragged_s ?? pointed_s) > playable_s}
        />
      )}
    </Slider.Root>
  );
}

function spoken(position_s: number, length_s: number, chapter: string | undefined): string {
  const time = t`${spokenTime(position_s)} of ${spokenTime(length_s)}`;
  return chapter === undefined ? time : `${time}, ${chapter}`;
}

function useLengths() {
  const known_s = useSessionState((state) => state.playback?.duration_s ?? null);
  const playable_s = useSessionState((state) => state.playback?.playable_s ?? null);
  const loaded_s = usePlayerView((view) => view.duration_s);
  const length_s = Math.max(1, known_s ?? loaded_s);
  return { length_s, playable_s: playable_s ?? length_s };
}

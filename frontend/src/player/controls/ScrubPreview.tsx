import { t } from "@lingui/core/macro";
import { formatFilmTime } from "@/ui/filmTime";
import { Name } from "@/ui/Name";
import { spriteAt, useSprites } from "./sprites";

interface ScrubPreviewProps {
  position_s: number;
  chapter: string | null;
  /** Along the bar, from 0 to 1. */
  share: number;
  /** After the part of the film that is playable so far. */
  beyond: boolean;
}

/** The picture, chapter and time at a position, above the bar and within its ends. */
export function ScrubPreview({ position_s, chapter, share, beyond }: ScrubPreviewProps) {
  const sprite = spriteAt(useSprites(), position_s);
  const width = sprite?.width ?? (chapter === null ? 72 : 160);
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute bottom-full mb-2 flex animate-appear flex-col items-center gap-1.5"
      style={{
        width,
        left: `clamp(0px, calc(${share * 100}% - ${width / 2}px), calc(100% - ${width}px))`,
      }}
    >
      {sprite && !beyond && (
        <div
          className="rounded-lg bg-black shadow-high ring-2 ring-white/90"
          style={{
            width: sprite.width,
            height: sprite.height,
            backgroundImage: `url(${sprite.url})`,
            backgroundPosition: `-${sprite.x}px -${sprite.y}px`,
          }}
        />
      )}
      {chapter !== null && (
        <Name className="rounded-md bg-black/80 px-1.5 py-0.5 text-xs font-semibold text-white">
          {chapter}
        </Name>
      )}
      <span className="rounded-md bg-black/80 px-1.5 py-0.5 text-xs font-semibold whitespace-nowrap text-white tabular-nums">
        {beyond ? t`${formatFilmTime(position_s)} · not ready yet` : formatFilmTime(position_s)}
      </span>
    </div>
  );
}

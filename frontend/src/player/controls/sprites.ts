import { useQuery } from "@tanstack/react-query";
import { useStage } from "../playback/StageContext";

const NONE: Sprite[] = [];

/** The film's preview pictures, fetched on the first use of the scrub bar. A film without them is fine. */
export function useSprites(): Sprite[] {
  const { media } = useStage();
  const url = media.spritesUrl ?? null;
  const { data } = useQuery({
    queryKey: ["sprites", url],
    enabled: url !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: async ({ signal }) => {
      const answer = await fetch(url ?? "", { signal });
      return answer.ok ? parseSprites(await answer.text(), answer.url) : NONE;
    },
  });
  return data ?? NONE;
}

/** One preview picture: a WebVTT cue with the payload `sheet.jpg#xywh=x,y,w,h`. */
export interface Sprite {
  from_s: number;
  to_s: number;
  url: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

const CUE = /(\S+)\s+-->\s+(\S+)[^\n]*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

/** `base` is the file's own URL; the pictures' URLs are relative to it. */
export function parseSprites(vtt: string, base: string): Sprite[] {
  return [...vtt.replaceAll("\r", "").matchAll(CUE)].map(
    ([, from = "", to = "", file = "", x, y, width, height]) => ({
      from_s: seconds(from),
      to_s: seconds(to),
      url: new URL(file, base).href,
      x: Number(x),
      y: Number(y),
      width: Number(width),
      height: Number(height),
    }),
  );
}

export function spriteAt(sprites: Sprite[], position_s: number): Sprite | null {
  return sprites.findLast((sprite) => sprite.from_s <= position_s) ?? null;
}

function seconds(stamp: string): number {
  return stamp.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

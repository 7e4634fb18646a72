/** Subtitles that are pictures: which of them are shown at a moment, and where the film's picture is. Pure. */

/** Places and sizes are fractions of the film's picture. */
export interface ImageCue {
  begin_s: number;
  end_s: number;
  x: number;
  y: number;
  width: number;
  height: number;
  /** The name of a PNG file, relative to the list. */
  image: string;
}

/** The cues of a list that came over the network; anything else in it is left out. */
export function readImageCues(list: unknown): ImageCue[] {
  const cues = (list as { cues?: unknown } | null)?.cues;
  return Array.isArray(cues) ? cues.filter(isImageCue) : [];
}

function isImageCue(cue: unknown): cue is ImageCue {
  if (typeof cue !== "object" || cue === null) return false;
  const { image, ...rest } = cue as Record<string, unknown>;
  const numbers = ["begin_s", "end_s", "x", "y", "width", "height"];
  return (
    typeof image === "string" &&
    /^[\w-]+\.png$/.test(image) &&
    numbers.every((name) => Number.isFinite(rest[name]))
  );
}

export function cuesAt(cues: ImageCue[], position_s: number): ImageCue[] {
  return cues.filter(({ begin_s, end_s }) => begin_s <= position_s && position_s < end_s);
}

/** The one that follows, so that its picture can be loaded before it is shown. */
export function cueAfter(cues: ImageCue[], position_s: number): ImageCue | undefined {
  return cues.find(({ begin_s }) => begin_s > position_s);
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where a picture of `width` × `height` is in an element that shows all of it (`object-fit: contain`). */
export function pictureBox(
  element: { width: number; height: number },
  picture: { width: number; height: number },
): Box {
  const scale = Math.min(element.width / picture.width, element.height / picture.height);
  if (!Number.isFinite(scale)) return { left: 0, top: 0, ...element };
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { left: (element.width - width) / 2, top: (element.height - height) / 2, width, height };
}

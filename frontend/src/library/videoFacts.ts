/** What a card shows about a video. Pure. */

import { plural, t } from "@lingui/core/macro";
import { lostSentences } from "@/api/losses";
import type { Video } from "@/api/videos";
import type { Tone } from "@/ui/Badge";
import { formatBytes, isolated } from "@/ui/format";

export interface VideoFact {
  tone: Tone;
  label: string;
}

export function statusFact({ status, playable, progress }: Video): VideoFact {
  switch (status) {
    case "uploading":
      return { tone: "neutral", label: t`Uploading` };
    case "queued":
      return { tone: "neutral", label: t`Queued` };
    case "processing":
      return playable
        ? { tone: "accent", label: t`Playable · improving quality` }
        : { tone: "warn", label: t`Preparing ${Math.round(progress * 100)}%` };
    case "ready":
      return { tone: "good", label: t`Ready` };
    case "failed":
      return { tone: "danger", label: t`Failed` };
  }
}

/** "720p, 360p": best first. The source and a smaller version can have the same height. */
export function qualities({ renditions }: Video): string {
  const heights = new Set(renditions.map((rendition) => rendition.height));
  return [...heights]
    .sort((a, b) => b - a)
    .map((height) => `${height}p`)
    .join(", ");
}

/** "12 chapters"; empty for a film that is one chapter. */
function chapterCount({ chapters }: Video): string {
  const count = chapters.length;
  return count > 1 ? plural(count, { one: "# chapter", other: "# chapters" }) : "";
}

/** "13 MB · 720p, 360p · 12 chapters"; each part keeps its place in a line from right to left. */
export function factsLine(video: Video): string {
  const size = video.size_bytes > 0 ? formatBytes(video.size_bytes) : "";
  const facts = [size, qualities(video), chapterCount(video)].filter(Boolean);
  return facts.map(isolated).join(" · ");
}

const SHOWN_LOSSES = 2;

/** What the film has lost, with times, in sentences: the first ones, and how many follow. */
export function lostText(video: Video): string[] {
  const sentences = lostSentences(video);
  const more = sentences.length - SHOWN_LOSSES;
  const shown = sentences.slice(0, SHOWN_LOSSES);
  if (more <= 0) return shown;
  return [
    ...shown,
    plural(more, {
      one: "Something else is missing, too.",
      other: "# more things are missing.",
    }),
  ];
}

export function isChanging({ status }: Video): boolean {
  return status === "uploading" || status === "queued" || status === "processing";
}

export function canStartParty(video: Video): boolean {
  return video.status !== "failed";
}

export function matches(video: Video, search: string): boolean {
  return video.title.toLocaleLowerCase().includes(search.trim().toLocaleLowerCase());
}

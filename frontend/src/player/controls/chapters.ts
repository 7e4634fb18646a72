/** The film's chapters, as the scrub bar, the menus and the keys use them. Everything but the hook is pure. */

import { useMemo } from "react";
import {
  type StageState,
  useExpectedPosition,
  usePlayerView,
  usePosition,
  useSessionState,
  useStage,
} from "../playback/StageContext";

export interface Chapter {
  start_s: number;
  title: string;
}

/** A seek may settle just before its target: so close to a chapter's start, the film is in that chapter. */
const TOLERANCE_S = 0.5;
/** Later in a chapter, "previous" goes to its own start. */
const RESTARTS_AFTER_S = 3;
/** Marks that are closer to each other than this share of the bar would merge into one. */
const MIN_MARK_DISTANCE = 0.005;

/** In order, one per start, within the film. A film of one chapter from start to end has none. */
export function chaptersOf(listed: readonly Chapter[], length_s: number): Chapter[] {
  const within = listed
    .filter(({ start_s }) => start_s >= 0 && start_s < length_s)
    .sort((one, other) => one.start_s - other.start_s);
  const chapters = within.filter(({ start_s }, at) => start_s !== within[at - 1]?.start_s);
  return chapters.some(({ start_s }) => start_s > 0) ? chapters : [];
}

/** Null before the first chapter. */
export function chapterAt(chapters: readonly Chapter[], position_s: number): Chapter | null {
  return chapters.findLast(({ start_s }) => start_s <= position_s + TOLERANCE_S) ?? null;
}

/** Where the neighbouring chapter starts; null if there is none. Before the first chapter is the film's start. */
export function neighbourOf(
  chapters: readonly Chapter[],
  position_s: number,
  to: "previous" | "next",
): number | null {
  if (chapters.length === 0) return null;
  if (to === "next") {
    const next = chapters.find(({ start_s }) => start_s > position_s + TOLERANCE_S);
    return next?.start_s ?? null;
  }
  const before_s = position_s - RESTARTS_AFTER_S;
  return chapters.findLast(({ start_s }) => start_s <= before_s)?.start_s ?? 0;
}

/** Where the bar is marked, as shares of its length: at the start of each chapter except the film's own start. */
export function marksOf(chapters: readonly Chapter[], length_s: number): number[] {
  let last = 0;
  return chapters
    .map(({ start_s }) => start_s / length_s)
    .filter((share) => {
      if (share - last < MIN_MARK_DISTANCE) return false;
      last = share;
      return true;
    });
}

export function useChapters(): Chapter[] {
  const { media } = useStage();
  const known_s = useSessionState((state) => state.playback?.duration_s ?? null);
  const loaded_s = usePlayerView((view) => view.duration_s);
  const length_s = known_s ?? loaded_s;
  return useMemo(() => chaptersOf(media.chapters ?? [], length_s), [media.chapters, length_s]);
}

export function useCurrentChapter(chapters: readonly Chapter[]): Chapter | null {
  const playing_s = usePosition();
  const expected_s = useExpectedPosition();
  return chapterAt(chapters, expected_s ?? playing_s);
}

/** Until where chapters can be chosen while the film is still being prepared. */
export function usePlayableChapters(): (chapter: Chapter) => boolean {
  const playable_s = useSessionState((state) => state.playback?.playable_s ?? null);
  return ({ start_s }) => playable_s === null || start_s < playable_s;
}

/** Seeks to the neighbouring chapter, if one is playable. A seek that is under way counts as done. */
export function goToNeighbour(
  { media, player, controls, session }: StageState,
  to: "previous" | "next",
): void {
  const { duration_s, playable_s } = session.store.getState().playback ?? {};
  const length_s = playable_s ?? duration_s ?? player.view.getState().duration_s;
  const position_s = controls.expected.getState().position_s ?? player.snapshot().position_s;
  const target_s = neighbourOf(chaptersOf(media.chapters ?? [], length_s), position_s, to);
  if (target_s !== null) controls.seek(target_s);
}

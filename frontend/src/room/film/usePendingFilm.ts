/**
 * The film that somebody here has chosen and that cannot be watched yet. The room takes films that
 * play; until then this page remembers the wish and puts the film on by itself.
 */

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { create } from "zustand";
import { ApiError } from "@/api/errors";
import { type Video, video } from "@/api/videos";
import { useChangeRoom } from "../state/roomFacts";

const LOOK_EVERY_MS = 1500;

interface PendingFilm {
  videoId: string | null;
  choose: (videoId: string | null) => void;
}

export const usePendingFilm = create<PendingFilm>((set) => ({
  videoId: null,
  choose: (videoId) => set({ videoId }),
}));

/** How the chosen film is coming on; undefined when none is chosen, or when its upload was given up. */
export function usePendingVideo(): Video | undefined {
  const videoId = usePendingFilm((state) => state.videoId);
  const { data, error } = useQuery({
    queryKey: ["video", videoId],
    queryFn: () => video(videoId ?? ""),
    enabled: videoId !== null,
    refetchInterval: LOOK_EVERY_MS,
    refetchIntervalInBackground: true,
  });
  const isGone = error instanceof ApiError && error.status === 404;
  return videoId === null || isGone ? undefined : data;
}

/** Called once in the room. */
export function usePutOnWhenPlayable(): void {
  const chosen = usePendingVideo();
  const forget = usePendingFilm((state) => state.choose);
  const { change } = useChangeRoom();
  const ready = chosen?.playable ? chosen.id : null;
  useEffect(() => {
    if (ready === null) return;
    forget(null);
    change({ video_id: ready });
  }, [ready, forget, change]);
}

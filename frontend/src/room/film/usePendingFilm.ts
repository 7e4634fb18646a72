/**
 * The film that the visitor has chosen but that is not playable yet. The room accepts only playable films, so this page
 * waits and then shows the film.
 */

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { create } from "zustand";
import { ApiError } from "@/api/errors";
import { type Video, video } from "@/api/videos";
import { useChangeRoom } from "../state/roomFacts";

const POLL_EVERY_MS = 1500;

interface PendingFilm {
  videoId: string | null;
  choose: (videoId: string | null) => void;
}

export const usePendingFilm = create<PendingFilm>((set) => ({
  videoId: null,
  choose: (videoId) => set({ videoId }),
}));

/** The chosen film with its progress; undefined if none is chosen, or if its upload was cancelled. */
export function usePendingVideo(): Video | undefined {
  const videoId = usePendingFilm((state) => state.videoId);
  const { data, error } = useQuery({
    queryKey: ["video", videoId],
    queryFn: () => video(videoId ?? ""),
    enabled: videoId !== null,
    refetchInterval: POLL_EVERY_MS,
    refetchIntervalInBackground: true,
  });
  const isGone = error instanceof ApiError && error.status === 404;
  return videoId === null || isGone ? undefined : data;
}

/** To be called once in the room. */
export function useShowPendingFilm(): void {
  const chosen = usePendingVideo();
  const setPending = usePendingFilm((state) => state.choose);
  const { change } = useChangeRoom();
  const ready = chosen?.playable ? chosen.id : null;
  useEffect(() => {
    if (ready === null) return;
    setPending(null);
    change({ video_id: ready });
  }, [ready, setPending, change]);
}

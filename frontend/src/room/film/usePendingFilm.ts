/**
 * The film that the visitor has chosen but that is not playable yet. The room accepts only playable films, so this page
 * waits and then shows the film. The choice belongs to one room and survives a reload.
 */

import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { create } from "zustand";
import { ApiError } from "@/api/errors";
import { failureText, type Video, video } from "@/api/videos";
import { isolated } from "@/ui/format";
import { showToast } from "@/ui/Toast";
import { useRoom } from "../state/RoomContext";
import { useChangeRoom, useFilm } from "../state/roomFacts";
import { fateOf, type PendingFilms, savedFilms, withFilm } from "./pendingFilms";

const POLL_EVERY_MS = 1500;
const KEY = "watchparty.pending_films";

/** For each room of this tab, the id of the chosen film. */
const usePendingFilms = create<PendingFilms>(() => savedFilms(read()));
usePendingFilms.subscribe((films) => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(films));
  } catch {
    // Storage is forbidden: then the choice lasts until a reload.
  }
});

function read(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Returns the function that sets or, with null, withdraws this room's choice. */
export function useSetPendingFilm(): (videoId: string | null) => void {
  const { roomId } = useRoom();
  return useCallback(
    (videoId) => usePendingFilms.setState((films) => withFilm(films, roomId, videoId), true),
    [roomId],
  );
}

/** The chosen film with its progress; undefined if none is chosen, or if its upload was cancelled. */
export function usePendingVideo(): Video | undefined {
  const { roomId } = useRoom();
  const videoId = usePendingFilms((films) => films[roomId] ?? null);
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
  const setPending = useSetPendingFilm();
  const { change } = useChangeRoom();
  const filmIsOn = useFilm()?.playable ?? false;
  const fate = fateOf(chosen, filmIsOn);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each film and each fate, not for each poll
  useEffect(() => {
    if (chosen === undefined || fate === "wait") return;
    setPending(null);
    if (fate === "show") change({ video_id: chosen.id });
    else {
      const reason = chosen.failure ? failureText(chosen.failure) : t`We couldn’t prepare it.`;
      showToast(t`“${isolated(chosen.title)}” can’t be played. ${reason}`, { tone: "danger" });
    }
  }, [chosen?.id, fate, setPending, change]);
}

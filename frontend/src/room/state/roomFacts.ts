/**
 * The room as the API knows it: name, access, film. The session reports changes to settings and film, so only a film
 * that is not ready yet is polled.
 */
import { t } from "@lingui/core/macro";
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { sentenceFor } from "@/api/errors";
import { changeRoom, type Film, type Joined, type RoomChange, readRoom } from "@/api/rooms";
import { showToast } from "@/ui/Toast";
import { useRoom } from "./RoomContext";

const POLL_EVERY_MS = 2500;

export function useRoomFacts() {
  const { roomId, bearer } = useRoom();
  return useQuery({
    queryKey: roomKey(roomId),
    queryFn: () => readRoom(roomId, bearer()),
    refetchInterval: ({ state }) => (isUnfinished(state.data?.film) ? POLL_EVERY_MS : false),
  });
}

function isUnfinished(film: Film | null | undefined): boolean {
  return film != null && film.status !== "ready" && film.status !== "failed";
}

export const roomKey = (roomId: string) => ["room", roomId] as const;

export const playbackKey = (roomId: string, filmId: string | null) =>
  ["room", roomId, "playback", filmId] as const;

/** A join answer contains the room and its playback grant, so neither needs another request. */
export function cacheJoinAnswer(queries: QueryClient, roomId: string, answer: Joined): void {
  if (answer.status !== "admitted") return;
  const { room, playback } = answer;
  queries.setQueryData(roomKey(roomId), room);
  if (room.film && playback) queries.setQueryData(playbackKey(roomId, room.film.id), playback);
}

export function useHostName(): string {
  return useRoomFacts().data?.host_name || t`The host`;
}

/** The film that the room shows, or will show once it is playable. */
export function useFilm(): Film | null {
  return useRoomFacts().data?.film ?? null;
}

/** Changes the room's settings; other members are notified through the room. */
export function useChangeRoom() {
  const { roomId, bearer } = useRoom();
  const queries = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: (change: RoomChange) => changeRoom(roomId, change, bearer()),
    onSuccess: (room) => queries.setQueryData(roomKey(roomId), room),
    onError: (error) => showToast(sentenceFor(error), { tone: "danger" }),
  });
  return { change: mutate, changing: isPending };
}

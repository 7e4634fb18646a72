import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { sentenceFor } from "@/api/errors";
import { changeRoom, type Film, type Joined, type RoomChange, readRoom } from "@/api/rooms";
import { showToast } from "@/ui/Toast";
import { useRoom } from "./RoomContext";

/** A film on its way changes by itself, so it is asked about this often until it is ready. */
const LOOK_EVERY_MS = 2500;

/**
 * The room as the store knows it: name, door, film. The clock is the session's, and changes of
 * settings or film are told by it, so that nothing needs to be asked for them.
 */
export function useRoomFacts() {
  const { roomId, bearer } = useRoom();
  return useQuery({
    queryKey: roomKey(roomId),
    queryFn: () => readRoom(roomId, bearer()),
    refetchInterval: ({ state }) => (isComing(state.data?.film) ? LOOK_EVERY_MS : false),
  });
}

function isComing(film: Film | null | undefined): boolean {
  return film != null && film.status !== "ready" && film.status !== "failed";
}

/** Under which names the page keeps what the store says of a room. */
export const roomKey = (roomId: string) => ["room", roomId] as const;

export const playbackKey = (roomId: string, filmId: string | null) =>
  ["room", roomId, "playback", filmId] as const;

/** Who is let in is told the room and where its film plays, if it does: none of it is asked for again. */
export function keepAnswer(queries: QueryClient, roomId: string, answer: Joined): void {
  if (answer.status !== "admitted") return;
  const { room, playback } = answer;
  queries.setQueryData(roomKey(roomId), room);
  if (room.film && playback) queries.setQueryData(playbackKey(roomId, room.film.id), playback);
}

export function useHostName(): string {
  return useRoomFacts().data?.host_name || "The host";
}

/** The film that the room shows, or is about to show once it can be watched. */
export function useFilm(): Film | null {
  return useRoomFacts().data?.film ?? null;
}

/** Changes a setting of the room; the others hear of it through the room itself. */
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

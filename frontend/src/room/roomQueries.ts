/** Under which names the page keeps what the store says of a room. */
import type { QueryClient } from "@tanstack/react-query";
import type { Joined } from "@/api/rooms";

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

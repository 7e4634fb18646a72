import { useQuery } from "@tanstack/react-query";
import { type Film, readRoom } from "@/api/rooms";
import { useRoom } from "./RoomContext";
import { roomKey } from "./roomQueries";

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

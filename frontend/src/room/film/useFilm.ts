import type { Film } from "@/api/rooms";
import { useRoomFacts } from "../useRoomFacts";

/** The film that the room shows, or is about to show once it can be watched. */
export function useFilm(): Film | null {
  return useRoomFacts().data?.film ?? null;
}

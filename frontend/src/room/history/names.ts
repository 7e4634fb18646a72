import { useQuery } from "@tanstack/react-query";
import type { PageQuery } from "@/api/pages";
import { roomMembers } from "@/api/roomLogs";
import { useRoom } from "../state/RoomContext";

/** Reads every page of a list. */
export async function everyPage<T>(
  read: (query: PageQuery) => Promise<{ items: T[]; next_cursor?: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null | undefined = null;
  do {
    const page = await read({ limit: 200, cursor });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}

/** The names of everyone who was ever in the room, also of those who have left. */
export function useNames(): (id: string) => string | undefined {
  const { roomId, bearer } = useRoom();
  const { data } = useQuery({
    queryKey: ["room", roomId, "names"],
    queryFn: async () => {
      const members = await everyPage((query) => roomMembers(roomId, query, bearer()));
      return new Map(members.map((one) => [one.participant_id, one.display_name]));
    },
    staleTime: 0,
  });
  return (id) => data?.get(id);
}

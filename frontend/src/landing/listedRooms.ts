/** The rooms of the start page: those that this browser remembers and those of the account, newest first. Pure. */

import type { ownRooms } from "@/api/rooms";
import { roomPath } from "@/visitor/links";
import type { RecentRoom } from "@/visitor/recentRooms";

type OwnRoom = Awaited<ReturnType<typeof ownRooms>>["items"][number];

export interface ListedRoom extends RecentRoom {
  /** The account is its host, so the room stays in the list until it is closed. */
  own: boolean;
}

const MAX_ROOMS = 9;

export function listedRooms(
  remembered: readonly RecentRoom[],
  owned: readonly OwnRoom[],
): ListedRoom[] {
  const rooms = new Map(remembered.map((room) => [room.id, { ...room, own: false }]));
  for (const { url, name, last_active_at } of owned) {
    const id = roomPath(new URL(url).pathname)?.slice("/r/".length);
    if (id === undefined) continue;
    const visited_at_ms = rooms.get(id)?.visited_at_ms ?? 0;
    const active_at_ms = Date.parse(last_active_at);
    rooms.set(id, { id, name, visited_at_ms: Math.max(visited_at_ms, active_at_ms), own: true });
  }
  return [...rooms.values()]
    .sort((one, other) => other.visited_at_ms - one.visited_at_ms)
    .slice(0, MAX_ROOMS);
}

/** The rooms this browser was in lately, kept here only. The room page calls `rememberRoom` on entering. */

export interface RecentRoom {
  /** As it stands in the link. */
  id: string;
  name: string;
  visited_at_ms: number;
}

const KEY = "watchparty.rooms";
const MOST = 6;

export function recentRooms(): RecentRoom[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]") as RecentRoom[];
  } catch {
    // Storage that is refused or was tampered with means no memory, not a broken page.
    return [];
  }
}

export function rememberRoom(id: string, name: string, now_ms: number): void {
  store(
    [{ id, name, visited_at_ms: now_ms }, ...recentRooms().filter((room) => room.id !== id)].slice(
      0,
      MOST,
    ),
  );
}

export function forgetRoom(id: string): void {
  store(recentRooms().filter((room) => room.id !== id));
}

function store(rooms: RecentRoom[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(rooms));
  } catch {
    // Same as above: the list is a comfort.
  }
}

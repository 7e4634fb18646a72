/** The rooms that this browser was in recently, stored only here. */

export interface RecentRoom {
  /** The id in the room's link. */
  id: string;
  name: string;
  visited_at_ms: number;
}

const KEY = "watchparty.rooms";
const MAX_ROOMS = 6;

export function recentRooms(): RecentRoom[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]") as RecentRoom[];
  } catch {
    // Storage is forbidden or was tampered with: then there is no list, but the page works.
    return [];
  }
}

export function rememberRoom(id: string, name: string, now_ms: number): void {
  save(
    [{ id, name, visited_at_ms: now_ms }, ...recentRooms().filter((room) => room.id !== id)].slice(
      0,
      MAX_ROOMS,
    ),
  );
}

export function forgetRoom(id: string): void {
  save(recentRooms().filter((room) => room.id !== id));
}

function save(rooms: RecentRoom[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(rooms));
  } catch {
    // Storage is forbidden: the list is only a convenience.
  }
}

const INVITATION_KEY = "watchparty.invited";

/** Marks the room's invitation sheet as shown; returns whether it had been shown before. */
export function markInvitationShown(roomId: string): boolean {
  try {
    const shown = (localStorage.getItem(INVITATION_KEY) ?? "").split(" ");
    if (shown.includes(roomId)) return true;
    localStorage.setItem(INVITATION_KEY, [...shown, roomId].slice(-20).join(" "));
  } catch {
    // Without storage the sheet opens on every visit.
  }
  return false;
}

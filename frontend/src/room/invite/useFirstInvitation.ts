import { useEffect } from "react";
import { useRoomState } from "../RoomContext";

const KEY = "watchparty.invited";

/** Opens the invitations when a host enters a room for the first time: a party needs guests. */
export function useFirstInvitation(roomId: string | undefined, open: () => void): void {
  const isHost = useRoomState((state) => state.you?.role === "host");
  useEffect(() => {
    if (isHost && roomId !== undefined && !wasShown(roomId)) open();
  }, [isHost, roomId, open]);
}

/** Remembers the room; true when it was known already. */
function wasShown(roomId: string): boolean {
  try {
    const shown = (localStorage.getItem(KEY) ?? "").split(" ");
    if (shown.includes(roomId)) return true;
    localStorage.setItem(KEY, [...shown, roomId].slice(-20).join(" "));
  } catch {
    // Without storage the sheet opens at each visit, and closes as easily.
  }
  return false;
}

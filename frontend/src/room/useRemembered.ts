import { useEffect } from "react";
import { useParams } from "react-router";
import { rememberRoom } from "@/landing/recentRooms";

/** Puts the room on the list of recent ones that the start page shows. */
export function useRemembered(room: { name: string } | undefined): void {
  const { roomId } = useParams();
  const name = room?.name;
  useEffect(() => {
    if (roomId !== undefined && name !== undefined) rememberRoom(roomId, name, Date.now());
  }, [roomId, name]);
}

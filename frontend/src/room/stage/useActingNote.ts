import { useEffect, useRef } from "react";
import { showToast } from "@/ui/Toast";
import { useRoomState } from "../RoomContext";

/** Tells everybody when the room looks after itself because no host is here, and when one is back. */
export function useActingNote(): void {
  const acting = useRoomState((state) => state.acting);
  const me = useRoomState((state) => state.you?.participant_id);
  const name = useRoomState((state) => state.people.find(({ id }) => id === acting)?.name);
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (acting === before.current) return;
    if (acting === null) showToast("The host is back.");
    else if (acting === me) showToast("The host has left. You are looking after the room.");
    else if (name) showToast(`The host has left. ${name} is looking after the room.`);
    before.current = acting;
  }, [acting, me, name]);
}

import { useMemo } from "react";
import { showToast } from "@/ui/Toast";
import { ASK_FOR_CONTROL } from "../chat/askForControl";
import { useRoom, useRoomState } from "../RoomContext";

export interface AskForControl {
  /** For whoever pressed play in vain: says why, and offers to ask, because the question is seen by everybody. */
  offer: () => void;
  ask: () => void;
}

const WHY = "Only the host and those they choose control the film.";

export function useAskForControl(): AskForControl {
  const { session } = useRoom();
  const canChat = useRoomState((state) => state.you?.can_chat ?? false);
  return useMemo(() => {
    if (!canChat) return { offer: () => showToast(WHY), ask: () => showToast(WHY) };
    const ask = () => {
      session.chat(ASK_FOR_CONTROL);
      showToast("You have asked for the remote control.");
    };
    return { offer: () => showToast(WHY, { action: { label: "Ask for it", run: ask } }), ask };
  }, [session, canChat]);
}

import { useCallback } from "react";
import { showToast } from "@/ui/Toast";
import { ASK_FOR_CONTROL } from "../chat/askForControl";
import { useRoom, useRoomState } from "../RoomContext";

/** Offers to ask, because the question is seen by everybody. */
export function useAskForControl(): () => void {
  const { session } = useRoom();
  const canChat = useRoomState((state) => state.you?.can_chat ?? false);
  return useCallback(() => {
    if (!canChat) {
      showToast("Only the host and those they choose control the film.");
      return;
    }
    showToast("Only the host and those they choose control the film.", {
      action: { label: "Ask for it", run: () => session.chat(ASK_FOR_CONTROL) },
    });
  }, [session, canChat]);
}

import { useEffect, useRef } from "react";
import { showToast } from "@/ui/Toast";
import { useRoomState } from "../RoomContext";
import { useRoomFacts } from "../useRoomFacts";
import { copyText } from "./copyText";
import { shownLink } from "./shownLink";

const KEY = "watchparty.invited";

/** The first time that a host enters a new room, the link is on the clipboard and the sheet is open. */
export function useFirstInvitation(open: () => void): void {
  const isHost = useRoomState((state) => state.you?.role === "host");
  const { data: room } = useRoomFacts();
  const done = useRef(false);
  const roomId = room?.id;
  const url = room?.url;
  useEffect(() => {
    if (!isHost || done.current || roomId === undefined) return;
    done.current = true;
    if (wasShown(roomId)) return;
    open();
    void copyText(shownLink(url, window.location.href)).then((copied) => {
      if (copied) showToast("Link copied. Send it to your friends.", { tone: "good" });
    });
  }, [isHost, roomId, url, open]);
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

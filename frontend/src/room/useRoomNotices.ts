import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { showToast } from "@/ui/Toast";
import { noticeSentence, refusalSentence } from "./noticeSentences";
import { useRoom } from "./RoomContext";
import { roomKey } from "./roomQueries";

/** Says what changed for this person, and why the room refused something. */
export function useRoomNotices(): void {
  const { session, roomId } = useRoom();
  const queries = useQueryClient();
  useEffect(() => {
    let you = session.store.getState().you;
    const stops = [
      session.on("notice", (notice) => {
        const sentence = noticeSentence(notice, you);
        you = notice.you;
        if (sentence) showToast(sentence);
        void queries.invalidateQueries({ queryKey: roomKey(roomId), exact: true });
      }),
      session.on("nack", ({ code }) => {
        const sentence = refusalSentence(code);
        if (sentence) showToast(sentence, { tone: "danger" });
      }),
      session.on("mediaChanged", () => {
        void queries.invalidateQueries({ queryKey: roomKey(roomId), exact: true });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [session, roomId, queries]);
}

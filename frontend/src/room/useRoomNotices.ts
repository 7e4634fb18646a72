import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { showToast } from "@/ui/Toast";
import { changeSentence, refusalSentence } from "./changeSentences";
import { useRoom } from "./RoomContext";
import { roomKey } from "./roomQueries";

/** Says what changed for this person and why the room refused something; reads changed facts anew. */
export function useRoomNotices(): void {
  const { session, roomId } = useRoom();
  const queries = useQueryClient();
  useEffect(() => {
    const readAgain = () =>
      void queries.invalidateQueries({ queryKey: roomKey(roomId), exact: true });
    const stops = [
      session.store.subscribe((now, before) => {
        const sentence = now.you === before.you ? null : changeSentence(before.you, now.you);
        if (sentence) showToast(sentence);
      }),
      session.on("nack", ({ code }) => {
        const sentence = refusalSentence(code);
        if (sentence) showToast(sentence, { tone: "danger" });
      }),
      session.on("notice", readAgain),
      session.on("mediaChanged", readAgain),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [session, roomId, queries]);
}

import { useRoom } from "../RoomContext";
import { useComposer } from "./composer";

/** Sends what is written, as an answer where it is one, and empties the field. */
export function useSending(onSent: () => void): () => void {
  const { session } = useRoom();
  return () => {
    const { draft, replyTo, clear } = useComposer.getState();
    session.chat(draft.trim(), { replyTo: replyTo?.id });
    clear();
    onSent();
  };
}

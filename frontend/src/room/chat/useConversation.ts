import { useMemo } from "react";
import { useRoomState } from "../RoomContext";
import { type ConversationItem, conversation } from "./conversation";

export function useConversation(): ConversationItem[] {
  const log = useRoomState((state) => state.log);
  return useMemo(() => conversation(log), [log]);
}

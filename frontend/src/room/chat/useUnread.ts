import { useEffect, useState } from "react";
import type { LogEntry } from "@/sync/roomState";
import { useRoomState } from "../state/RoomContext";

/** How many messages from others arrived while the chat was hidden. */
export function useUnread(visible: boolean): number {
  const log = useRoomState((state) => state.log);
  const me = useRoomState((state) => state.you?.participant_id);
  const newest = newestSeq(log);
  const [seenSeq, setSeenSeq] = useState<number | null>(null);

  useEffect(() => {
    // Messages from before joining do not count either.
    if (visible || seenSeq === null) setSeenSeq(newest);
  }, [visible, newest, seenSeq]);

  if (visible || seenSeq === null) return 0;
  return log.filter(
    (entry) => entry.kind === "chat" && entry.seq > seenSeq && entry.by !== me && !entry.deleted,
  ).length;
}

function newestSeq(log: readonly LogEntry[]): number | null {
  const last = log.findLast((entry) => entry.kind === "chat");
  return last?.seq ?? null;
}

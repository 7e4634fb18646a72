import { useEffect, useRef } from "react";
import { showToast } from "@/ui/Toast";
import { grantable } from "../chat/askForControl";
import { useRoom, useRoomState } from "../RoomContext";
import { usePersonActions } from "./usePersonActions";

/** Older questions were asked before one came in; they have their button in the chat. */
const NEWS_MS = 15_000;

/** Tells those who can grant it that somebody asks for the remote control, with the one tap for it. */
export function useAskToasts(): void {
  const { session } = useRoom();
  const log = useRoomState((state) => state.log);
  const people = useRoomState((state) => state.people);
  const act = usePersonActions();
  const told = useRef(new Set<string>());
  useEffect(() => {
    const { you } = session.store.getState();
    const now_ms = session.roomTime();
    const line = log.at(-1);
    if (line?.kind !== "chat" || now_ms === null || told.current.has(line.id)) return;
    const asker = people.find((person) => person.id === line.by);
    // Messages overtake the list of people: whoever asks at once is in it a moment later.
    if (!asker) return;
    told.current.add(line.id);
    const canModerate = you?.can_moderate ?? false;
    if (now_ms - line.at_ms > NEWS_MS) return;
    if (!grantable({ line, asker, canModerate, now_ms })) return;
    showToast(`${asker.name} asks for the remote control`, {
      action: { label: "Give it", run: () => void act("lend_control", asker) },
    });
  }, [log, people, session, act]);
}

import { Gamepad2 } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import type { ChatLine } from "@/sync/roomState";
import { Button } from "@/ui/Button";
import { showToast } from "@/ui/Toast";
import { usePersonActions } from "../people/personActions";
import { useRoom, useRoomState } from "../state/RoomContext";
import { ASK_FOR_CONTROL, grantable } from "./controlRequest";

/** The one tap that answers "may I have the remote control?". */
export function GrantControl({ line }: { line: ChatLine }) {
  const asker = useRoomState((state) => state.people.find((person) => person.id === line.by));
  const canModerate = useRoomState((state) => state.you?.can_moderate ?? false);
  const { session } = useRoom();
  const act = usePersonActions();
  if (!asker || !grantable({ line, asker, canModerate, now_ms: session.roomTime() ?? line.at_ms }))
    return null;
  return (
    <Button className="my-1.5 max-w-full" onClick={() => act("lend_control", asker)}>
      <Gamepad2 aria-hidden="true" />
      <span className="truncate">
        Give <bdi>{asker.name}</bdi> the remote
      </span>
    </Button>
  );
}

/** Older questions were asked before one came in; they have their button in the chat. */
const NEWS_MS = 15_000;

/** Tells those who can grant it that somebody wants the remote, with the one tap for it. */
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
    showToast(`${asker.name} wants the remote`, {
      action: { label: "Give", run: () => void act("lend_control", asker) },
    });
  }, [log, people, session, act]);
}

export interface AskForControl {
  /** For whoever pressed play in vain: says why, and offers to ask, because the question is seen by everybody. */
  offer: () => void;
  ask: () => void;
}

const WHY = "Only the host and people they choose can control playback.";

export function useAskForControl(): AskForControl {
  const { session } = useRoom();
  const canChat = useRoomState((state) => state.you?.can_chat ?? false);
  return useMemo(() => {
    if (!canChat) return { offer: () => showToast(WHY), ask: () => showToast(WHY) };
    const ask = () => {
      session.chat(ASK_FOR_CONTROL);
      showToast("Asked for the remote.");
    };
    return { offer: () => showToast(WHY, { action: { label: "Ask for remote", run: ask } }), ask };
  }, [session, canChat]);
}

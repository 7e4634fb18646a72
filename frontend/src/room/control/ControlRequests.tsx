/** Asking for the remote control and granting it: the request, its toast, and the button beside the message. */
import { t } from "@lingui/core/macro";
import { Gamepad2 } from "lucide-react";
import { useCallback, useEffect, useRef } from "react";
import type { ChatLine } from "@/sync/roomState";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/format";
import { showToast } from "@/ui/Toast";
import { usePersonActions } from "../people/personActions";
import { useRoom, useRoomState } from "../state/RoomContext";
import { isOpenRequest, newRequest, REQUEST_TEXT } from "./controlRequest";

/** Grants the request in a chat message, for members who may. */
export function GrantControlButton({ line }: { line: ChatLine }) {
  const asker = useRoomState((state) => state.people.find((person) => person.id === line.by));
  const canModerate = useRoomState((state) => state.you?.can_moderate ?? false);
  const { session } = useRoom();
  const act = usePersonActions();
  if (
    !asker ||
    !isOpenRequest({ line, asker, canModerate, now_ms: session.roomTime() ?? line.at_ms })
  )
    return null;
  return (
    <Button
      data-urgent
      className="my-1.5 max-w-full"
      onClick={() => act("delegate_control", asker)}
    >
      <Gamepad2 aria-hidden="true" />
      <span className="line-clamp-2 py-1 text-start whitespace-normal">{t`Give ${isolated(asker.name)} the remote`}</span>
    </Button>
  );
}

/** Shows a toast for each new request, to members who can grant it. */
export function useControlRequestToasts(): void {
  const { session } = useRoom();
  const log = useRoomState((state) => state.log);
  const people = useRoomState((state) => state.people);
  const act = usePersonActions();
  const handled = useRef(new Set<string>());
  useEffect(() => {
    const canModerate = session.store.getState().you?.can_moderate ?? false;
    const now_ms = session.roomTime();
    if (now_ms === null) return;
    const request = newRequest({ log, people, canModerate, now_ms, handled: handled.current });
    if (request === null) return;
    const { line, asker } = request;
    handled.current.add(line.id);
    showToast(t`${isolated(asker.name)} wants the remote`, {
      action: { label: t`Give`, run: () => void act("delegate_control", asker) },
    });
  }, [log, people, session, act]);
}

const why = () => t`Only the host and people they choose can control playback.`;

/**
 * Returns a function that asks for the remote control. Also shows why a play, pause or seek was refused, and offers to
 * ask; it never asks without a click, because everyone sees the request.
 */
export function useAskForControl(): () => void {
  const { session } = useRoom();
  const canChat = useRoomState((state) => state.you?.can_chat ?? false);
  const ask = useCallback(() => {
    if (!canChat) {
      showToast(why());
      return;
    }
    session.chat(REQUEST_TEXT);
    showToast(t`Asked for the remote.`);
  }, [session, canChat]);
  useEffect(
    () =>
      session.on("notAllowed", () => {
        showToast(why(), canChat ? { action: { label: t`Ask for remote`, run: ask } } : {});
      }),
    [session, canChat, ask],
  );
  return ask;
}

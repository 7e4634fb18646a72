import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { NackCode, Role, You } from "@/sync/protocol";
import { showToast } from "@/ui/Toast";
import { useRoom, useRoomState } from "./state/RoomContext";
import { roomKey } from "./state/roomFacts";

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

/** What a change of one's own standing, or a refusal of the room, means for the person. */
const ROLES: Record<Role, string | null> = {
  host: "You are the host of this room now.",
  moderator: "You are co-host now.",
  viewer: "You are no longer co-host.",
  waiting: null,
};

export function changeSentence(before: You | null, you: You | null): string | null {
  // Coming in is no change of what one was inside.
  if (before === null || you === null || before.role === "waiting") return null;
  if (you.role !== before.role) return ROLES[you.role];
  if (you.muted !== before.muted) {
    return you.muted ? "You have been muted in the chat." : "You can write in the chat again.";
  }
  if (you.can_control !== before.can_control) {
    return you.can_control
      ? "You have the remote control now."
      : "You no longer have the remote control.";
  }
  return null;
}

const REFUSALS: Record<NackCode, string | null> = {
  not_allowed: "You may not do that here.",
  muted: "You are muted in the chat.",
  other_video: "The film has changed meanwhile.",
  out_of_range: "The film can’t be watched there yet.",
  rate_limited: "That was too fast. Try again in a moment.",
  waiting: null,
  no_video: "There is no film yet.",
  chat_off: "The chat is switched off.",
  slow_mode: "Slow mode: wait a moment before the next message.",
  retry: "That didn’t get through. Try again.",
};

export function refusalSentence(code: NackCode): string | null {
  return REFUSALS[code];
}

/** Tells everybody when the room looks after itself because no host is here, and when one is back. */
export function useActingNote(): void {
  const acting = useRoomState((state) => state.acting);
  const me = useRoomState((state) => state.you?.participant_id);
  const name = useRoomState((state) => state.people.find(({ id }) => id === acting)?.name);
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (acting === before.current) return;
    if (acting === null) showToast("The host is back.");
    else if (acting === me) showToast("The host has left. You are looking after the room.");
    else if (name) showToast(`The host has left. ${name} is looking after the room.`);
    before.current = acting;
  }, [acting, me, name]);
}

import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { NackCode, Role, You } from "@/sync/protocol";
import { isolated } from "@/ui/format";
import { showToast } from "@/ui/Toast";
import { useRoom, useRoomState } from "./state/RoomContext";
import { roomKey } from "./state/roomFacts";

/** Shows toasts about changes to this member and about refusals, and refetches changed facts. */
export function useRoomNotices(): void {
  const { session, roomId } = useRoom();
  const queries = useQueryClient();
  useEffect(() => {
    const refetch = () =>
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
      session.on("notice", refetch),
      session.on("mediaChanged", refetch),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [session, roomId, queries]);
}

const roles = (): Record<Role, string | null> => ({
  host: t`You’re the host now.`,
  moderator: t`You’re a co-host now.`,
  viewer: t`You’re no longer a co-host.`,
  waiting: null,
});

export function changeSentence(before: You | null, you: You | null): string | null {
  // Joining is not a change.
  if (before === null || you === null || before.role === "waiting") return null;
  if (you.role !== before.role) return roles()[you.role];
  if (you.muted !== before.muted) {
    return you.muted ? t`You’ve been muted in chat.` : t`You can chat again.`;
  }
  if (you.can_control !== before.can_control) {
    return you.can_control ? t`You have the remote now.` : t`You no longer have the remote.`;
  }
  return null;
}

const refusals = (): Record<NackCode, string | null> => ({
  not_allowed: t`You can’t do that here.`,
  muted: t`You’re muted in chat.`,
  other_video: t`The film was changed.`,
  out_of_range: t`That part of the film isn’t ready yet.`,
  rate_limited: t`Slow down a moment.`,
  waiting: null,
  no_video: t`There’s no film yet.`,
  chat_off: t`Chat is off.`,
  slow_mode: t`Slow mode: wait a moment before your next message.`,
  retry: t`That didn’t get through. Try again.`,
});

function refusalSentence(code: NackCode): string | null {
  return refusals()[code];
}

/** Shows who is in charge while no host is here, and when the host is back. */
export function useActingToast(): void {
  const acting = useRoomState((state) => state.acting);
  const me = useRoomState((state) => state.you?.participant_id);
  const isHost = useRoomState((state) => state.you?.role === "host");
  const name = useRoomState((state) => state.people.find(({ id }) => id === acting)?.name);
  const before = useRef<string | null>(null);
  useEffect(() => {
    if (acting === before.current) return;
    before.current = acting;
    // A returning host knows that they were away.
    if (isHost) return;
    if (acting === null) showToast(t`The host is back.`);
    else if (acting === me) showToast(t`The host left. You’re in charge for now.`);
    else if (name) showToast(t`The host left. ${isolated(name)} is in charge for now.`);
  }, [acting, me, isHost, name]);
}

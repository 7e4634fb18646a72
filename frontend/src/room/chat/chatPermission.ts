/** Whether the visitor may write in the chat now, and the sentence that says why not. */
import { t } from "@lingui/core/macro";
import { useEffect, useState } from "react";
import { useRoomState } from "../state/RoomContext";

interface ChatFacts {
  you: { can_chat: boolean; can_moderate: boolean; muted: boolean } | null;
  set: { chat: boolean; slow_s: number } | null;
  sentAt_ms: number | null;
  now_ms: number;
}

interface ChatPermission {
  canSend: boolean;
  /** The visitor cannot write at all, not even a draft. */
  inputDisabled: boolean;
  wait_s: number;
  notice: string | null;
}

export function chatPermission({ you, set, sentAt_ms, now_ms }: ChatFacts): ChatPermission {
  if (!you || !set) return { canSend: false, inputDisabled: false, wait_s: 0, notice: null };
  if (you.muted) return disabled(t`You’re muted in chat.`);
  if (!set.chat && !you.can_moderate) return disabled(t`The host turned chat off.`);
  if (!you.can_chat) return disabled(t`You can’t write in this chat.`);
  const wait_s = you.can_moderate ? 0 : slowModeWait_s(set.slow_s, sentAt_ms, now_ms);
  const notice = wait_s > 0 ? t`Slow mode: ${wait_s} s to go.` : null;
  return { canSend: wait_s === 0, inputDisabled: false, wait_s, notice };
}

function disabled(notice: string): ChatPermission {
  return { canSend: false, inputDisabled: true, wait_s: 0, notice };
}

function slowModeWait_s(slow_s: number, sentAt_ms: number | null, now_ms: number): number {
  if (sentAt_ms === null) return 0;
  return Math.max(0, Math.ceil(slow_s - (now_ms - sentAt_ms) / 1000));
}

/** The visitor's permission, with a countdown in slow mode. `sent` is to be called after each message. */
export function useChatPermission() {
  const you = useRoomState((state) => state.you);
  const set = useRoomState((state) => state.set);
  const [sentAt_ms, setSentAt] = useState<number | null>(null);
  const [now_ms, setNow] = useState(() => performance.now());
  const permission = chatPermission({ you, set, sentAt_ms, now_ms });

  useEffect(() => {
    if (permission.wait_s === 0) return;
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, [permission.wait_s]);

  const sent = () => {
    setNow(performance.now());
    setSentAt(performance.now());
  };
  return { ...permission, sent };
}

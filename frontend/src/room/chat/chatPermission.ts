import { useEffect, useState } from "react";
import { useRoomState } from "../state/RoomContext";

/** Whether somebody may write now, and the sentence that says why not. */
interface Facts {
  you: { can_chat: boolean; can_moderate: boolean; muted: boolean } | null;
  set: { chat: boolean; slow_s: number } | null;
  sentAt_ms: number | null;
  now_ms: number;
}

export interface ChatGate {
  open: boolean;
  /** Writing makes no sense at all now, not even in advance. */
  closed: boolean;
  wait_s: number;
  notice: string | null;
}

export function chatGate({ you, set, sentAt_ms, now_ms }: Facts): ChatGate {
  if (!you || !set) return { open: false, closed: false, wait_s: 0, notice: null };
  if (you.muted) return shut("You’re muted in chat.");
  if (!set.chat && !you.can_moderate) return shut("The host turned chat off.");
  if (!you.can_chat) return shut("You can’t write in this chat.");
  const wait_s = you.can_moderate ? 0 : slowness_s(set.slow_s, sentAt_ms, now_ms);
  const notice = wait_s > 0 ? `Slow mode: ${wait_s} s to go.` : null;
  return { open: wait_s === 0, closed: false, wait_s, notice };
}

function shut(notice: string): ChatGate {
  return { open: false, closed: true, wait_s: 0, notice };
}

function slowness_s(slow_s: number, sentAt_ms: number | null, now_ms: number): number {
  if (sentAt_ms === null) return 0;
  return Math.max(0, Math.ceil(slow_s - (now_ms - sentAt_ms) / 1000));
}

/** Whether this person may send now, with a countdown while slow mode holds them. */
export function useChatGate() {
  const you = useRoomState((state) => state.you);
  const set = useRoomState((state) => state.set);
  const [sentAt_ms, setSentAt] = useState<number | null>(null);
  const [now_ms, setNow] = useState(() => performance.now());
  const gate = chatGate({ you, set, sentAt_ms, now_ms });

  useEffect(() => {
    if (gate.wait_s === 0) return;
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, [gate.wait_s]);

  const sent = () => {
    setNow(performance.now());
    setSentAt(performance.now());
  };
  return { ...gate, sent };
}

import { useEffect, useState } from "react";
import { useRoomState } from "../RoomContext";
import { chatGate } from "./chatGate";

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

import { useEffect, useState } from "react";
import type { ChatLine } from "@/sync/roomState";
import { useRoomState } from "../RoomContext";

const SHOWN = 3;
const STAYS_MS = 8000;

interface FloatingChatProps {
  /** Where the panel is gone too, these bubbles are the chat to those who hear it. */
  announces: boolean;
}

/** The last messages over the film, for those who have no panel beside it. */
export function FloatingChat({ announces }: FloatingChatProps) {
  const log = useRoomState((state) => state.log);
  const [arrivals, setArrivals] = useState<ReadonlyMap<string, number>>(new Map());
  const newest = log.findLast((entry) => entry.kind === "chat");
  const newestId = newest?.id;

  useEffect(() => {
    if (newestId === undefined) return;
    setArrivals((before) => {
      const now_ms = performance.now();
      const fresh = [...before].filter(([, at_ms]) => now_ms - at_ms < STAYS_MS);
      return new Map([...fresh, [newestId, now_ms]]);
    });
    const timer = setTimeout(() => setArrivals(new Map()), STAYS_MS);
    return () => clearTimeout(timer);
  }, [newestId]);

  const lines = log.filter(
    (entry): entry is ChatLine => entry.kind === "chat" && !entry.deleted && arrivals.has(entry.id),
  );
  return (
    <div
      {...(announces ? { role: "log", "aria-label": "Chat" } : { "aria-hidden": true })}
      className="pointer-events-none absolute bottom-20 left-3 flex max-w-[min(24rem,60%)] flex-col items-start gap-1.5"
    >
      {lines.slice(-SHOWN).map((line) => (
        <p
          key={line.id}
          className="line-clamp-3 animate-rise rounded-2xl bg-black/65 px-3 py-1.5 text-sm text-white backdrop-blur-sm"
        >
          <bdi className="mr-1.5 font-semibold">{line.name}</bdi>
          {line.text}
        </p>
      ))}
    </div>
  );
}

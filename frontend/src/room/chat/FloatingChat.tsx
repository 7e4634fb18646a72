import { useEffect, useReducer, useState } from "react";
import type { ChatLine } from "@/sync/roomState";
import { useRoom, useRoomState } from "../state/RoomContext";
import { Composer } from "./Composer";
import { useComposer } from "./chatStores";

const SHOWN = 3;
const STAYS_MS = 8000;

/** The last messages over the film while the panel is out of sight; the chat to those who hear it, too. */
export function FloatingChat() {
  const { session } = useRoom();
  const log = useRoomState((state) => state.log);
  const [, lookAgain] = useReducer((times: number) => times + 1, 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line stays for its time
  useEffect(() => {
    const timer = setTimeout(lookAgain, STAYS_MS);
    return () => clearTimeout(timer);
  }, [log]);

  const now_ms = session.roomTime() ?? Number.POSITIVE_INFINITY;
  const fresh = log.filter(
    (entry): entry is ChatLine =>
      entry.kind === "chat" && !entry.deleted && now_ms - entry.at_ms < STAYS_MS,
  );
  return (
    <div
      role="log"
      aria-label="Chat"
      className="pointer-events-none absolute bottom-20 left-3 flex max-w-[min(24rem,60%)] flex-col items-start gap-1.5"
    >
      {fresh.slice(-SHOWN).map((line) => (
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

/** Writing in fullscreen, where the panel is out of reach: comes with `/`, goes with the focus. */
export function FloatingComposer() {
  const wanted = useComposer((state) => state.wantsFocus);
  const [open, setOpen] = useState(false);
  if (wanted && !open) setOpen(true);
  if (!open) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only sees where the focus went
    <div
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
      className="pointer-events-auto absolute bottom-16 left-3 w-[min(24rem,80%)] animate-rise rounded-2xl bg-surface/92 pt-3 text-text backdrop-blur"
    >
      <Composer />
    </div>
  );
}

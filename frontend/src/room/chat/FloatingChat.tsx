import { t } from "@lingui/core/macro";
import { useEffect, useReducer } from "react";
import type { ChatLine } from "@/sync/roomState";
import { shownText } from "../control/controlRequest";
import { useRoom, useRoomState } from "../state/RoomContext";

const MAX_SHOWN = 3;
const STAYS_MS = 8000;

/** The latest messages over the film while the panel is hidden; also the chat for screen readers then. */
export function FloatingChat() {
  const { session } = useRoom();
  const log = useRoomState((state) => state.log);
  const [, refresh] = useReducer((count: number) => count + 1, 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line is shown for a while
  useEffect(() => {
    const timer = setTimeout(refresh, STAYS_MS);
    return () => clearTimeout(timer);
  }, [log]);

  const now_ms = session.roomTime() ?? Number.POSITIVE_INFINITY;
  const recent = log.filter(
    (entry): entry is ChatLine =>
      entry.kind === "chat" && !entry.deleted && now_ms - entry.at_ms < STAYS_MS,
  );
  return (
    <div
      role="log"
      aria-label={t`Chat`}
      className="pointer-events-none absolute bottom-20 start-3 flex max-w-[min(24rem,60%)] flex-col items-start gap-1.5"
    >
      {recent.slice(-MAX_SHOWN).map((line) => (
        <p
          key={line.id}
          className="line-clamp-3 animate-rise rounded-2xl bg-black/65 px-3 py-1.5 text-sm text-white backdrop-blur-sm"
        >
          <bdi className="me-1.5 font-semibold">{line.name}</bdi> <bdi>{shownText(line.text)}</bdi>
        </p>
      ))}
    </div>
  );
}

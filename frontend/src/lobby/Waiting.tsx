import { BellRing } from "lucide-react";
import { useEffect, useState } from "react";
import type { RoomCard } from "@/api/rooms";
import { Button } from "@/ui/Button";
import { formatFilmTime } from "@/ui/filmTime";
import { Spinner } from "@/ui/Spinner";
import { LobbyFrame } from "./LobbyFrame";

/** A host who has not looked for this long may be reminded. */
const REMIND_AFTER_S = 60;

interface WaitingProps {
  card: RoomCard;
  since_ms: number;
  onRemind: () => void;
  onCancel: () => void;
}

export function Waiting({ card, since_ms, onRemind, onCancel }: WaitingProps) {
  const waited_s = useSecondsSince(since_ms);
  const [remindedAt_s, setRemindedAt] = useState(0);
  const mayRemind = waited_s - remindedAt_s >= REMIND_AFTER_S;
  return (
    <LobbyFrame posterUrl={card.poster_url}>
      <div role="status">
        <h1 className="text-title font-bold text-balance">
          Waiting for <bdi>{card.host_name}</bdi> to let you in
        </h1>
        <p className="mt-2 text-muted">You’ll join automatically. Keep this page open.</p>
      </div>
      <div className="mt-6 flex items-center gap-3 text-muted">
        <Spinner className="text-accent-text" />
        <span className="tabular-nums">{formatFilmTime(waited_s)}</span>
      </div>
      <div className="mt-6 flex flex-wrap gap-2">
        {mayRemind && (
          <Button
            variant="primary"
            onClick={() => {
              setRemindedAt(waited_s);
              onRemind();
            }}
          >
            <BellRing aria-hidden="true" />
            Remind the host
          </Button>
        )}
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </LobbyFrame>
  );
}

function useSecondsSince(since_ms: number): number {
  const [now_ms, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.floor((now_ms - since_ms) / 1000));
}

const EVERY_MS = 15_000;

/**
 * Looks at the door now and then, and at once when the page comes back: a phone that slept has
 * missed whatever the room said.
 */
export function useDoorWatch(waiting: boolean, look: () => void): void {
  useEffect(() => {
    if (!waiting) return;
    const onVisible = () => {
      if (document.visibilityState === "visible") look();
    };
    const timer = setInterval(onVisible, EVERY_MS);
    document.addEventListener("visibilitychange", onVisible);
    window.addEventListener("online", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onVisible);
      window.removeEventListener("online", look);
    };
  }, [waiting, look]);
}

import { t } from "@lingui/core/macro";
import { BellRing } from "lucide-react";
import { useEffect, useState } from "react";
import type { RoomCard } from "@/api/rooms";
import { Button } from "@/ui/Button";
import { formatFilmTime } from "@/ui/filmTime";
import { isolated } from "@/ui/format";
import { Spinner } from "@/ui/Spinner";
import { LobbyFrame } from "./LobbyFrame";

/** The host can be reminded after this long. */
const REMIND_AFTER_S = 60;

interface WaitingProps {
  card: RoomCard;
  since_ms: number;
  /** Checks whether the host has decided. */
  onCheck: () => void;
  onRemind: () => void;
  onCancel: () => void;
}

export function Waiting({ card, since_ms, onCheck, onRemind, onCancel }: WaitingProps) {
  useChecks(onCheck);
  const waited_s = useSecondsSince(since_ms);
  const [remindedAt_s, setRemindedAt] = useState(0);
  const mayRemind = waited_s - remindedAt_s >= REMIND_AFTER_S;
  return (
    <LobbyFrame posterUrl={card.poster_url}>
      <div role="status">
        <h1 className="text-title font-bold text-balance">
          {t`Waiting for ${isolated(card.host_name)} to let you in`}
        </h1>
        <p className="mt-2 text-muted">{t`You’ll join automatically. Keep this page open.`}</p>
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
            {t`Remind the host`}
          </Button>
        )}
        <Button onClick={onCancel}>{t`Cancel`}</Button>
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

const CHECK_EVERY_MS = 15_000;

/** Checks now and then, and when the page returns, because a phone that slept has missed the room's messages. */
function useChecks(check: () => void): void {
  useEffect(() => {
    const checkIfVisible = () => {
      if (document.visibilityState === "visible") check();
    };
    const timer = setInterval(checkIfVisible, CHECK_EVERY_MS);
    document.addEventListener("visibilitychange", checkIfVisible);
    window.addEventListener("online", check);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", checkIfVisible);
      window.removeEventListener("online", check);
    };
  }, [check]);
}

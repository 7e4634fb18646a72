import { useEffect, useState } from "react";
import { cx } from "@/ui/cx";
import { Spinner } from "@/ui/Spinner";
import { useRoom, useRoomState } from "./RoomContext";

/** Shorter interruptions than this are nobody's business. */
const QUIET_MS = 1000;
const WELCOME_BACK_MS = 1500;

/** Says that the line is down while the film plays on, and that it is back. */
export function ConnectionStrip() {
  const { session } = useRoom();
  const shown = useStripState();
  return (
    <div role="status" className="shrink-0">
      {shown && (
        <p
          className={cx(
            "flex min-h-9 animate-appear items-center justify-center gap-2 px-4 text-sm font-medium",
            shown === "back" ? "bg-good-soft text-good-text" : "bg-warn-soft text-warn-text",
          )}
        >
          {shown === "reconnecting" && <Spinner className="size-4" />}
          {TEXTS[shown]}
          {shown === "offline" && (
            <button
              type="button"
              onClick={() => session.retryNow()}
              className="min-h-9 shrink-0 rounded-lg px-2 font-bold underline underline-offset-2"
            >
              Retry now
            </button>
          )}
        </p>
      )}
    </div>
  );
}

type StripState = "reconnecting" | "offline" | "back" | null;

const TEXTS = {
  reconnecting: "Reconnecting… Messages are sent when you are back.",
  offline: "Offline. Your place is kept.",
  back: "You are back",
};

function useStripState(): StripState {
  const status = useRoomState((state) => state.connection.status);
  const [shown, setShown] = useState<StripState>(null);
  useEffect(() => {
    if (status === "reconnecting") {
      const timer = setTimeout(() => setShown("reconnecting"), QUIET_MS);
      return () => clearTimeout(timer);
    }
    if (status === "offline") {
      setShown("offline");
      return;
    }
    if (status !== "online") return;
    setShown((before) => (before === null ? null : "back"));
    const timer = setTimeout(() => setShown(null), WELCOME_BACK_MS);
    return () => clearTimeout(timer);
  }, [status]);
  return shown;
}

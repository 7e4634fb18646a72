import { t } from "@lingui/core/macro";
import { useEffect, useState } from "react";
import { cx } from "@/ui/cx";
import { Spinner } from "@/ui/Spinner";
import { useRoom, useRoomState } from "./state/RoomContext";

/** Shorter interruptions are not shown. */
const SHOW_AFTER_MS = 1000;
const WELCOME_BACK_MS = 1500;

/** Shows that the connection is lost while the film plays on, and that it is back. */
export function ConnectionStrip() {
  const { session } = useRoom();
  const shown = useStripState();
  return (
    <div role="status" className="pointer-events-auto flex max-w-[94%] justify-center">
      {shown && (
        <p
          className={cx(
            "flex min-h-9 max-w-full animate-appear items-center gap-2 rounded-full bg-raised px-4 text-sm font-medium shadow-high ring-1 ring-line",
            shown === "back" ? "text-good-text" : "text-warn-text",
          )}
        >
          {shown === "reconnecting" && <Spinner className="size-4" />}
          {texts()[shown]}
          {shown === "offline" && (
            <button
              type="button"
              onClick={() => session.retryNow()}
              className="min-h-9 shrink-0 pointer-coarse:min-h-11 rounded-lg px-2 font-bold underline underline-offset-2"
            >
              {t`Retry now`}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

type StripState = "reconnecting" | "offline" | "back" | null;

const texts = () => ({
  reconnecting: t`Reconnecting… messages will send later`,
  offline: t`You’re offline; we’ll keep your place`,
  back: t`You’re back`,
});

function useStripState(): StripState {
  const status = useRoomState((state) => state.connection.status);
  const [shown, setShown] = useState<StripState>(null);
  useEffect(() => {
    if (status === "reconnecting") {
      const timer = setTimeout(() => setShown("reconnecting"), SHOW_AFTER_MS);
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

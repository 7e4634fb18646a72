import { t } from "@lingui/core/macro";
import { Clock3, RotateCcw } from "lucide-react";
import { shownText } from "../control/controlRequest";
import { useRoom, useRoomState } from "../state/RoomContext";

/** The visitor's unconfirmed messages: dimmed with a clock, or failed with a button to retry. */
export function PendingMessages() {
  const { session } = useRoom();
  const pending = useRoomState((state) => state.pending);
  return pending.map((message) => (
    <div key={message.cid} className="flex items-start gap-3 py-0.5 pe-4 ps-14 text-[0.9375rem]">
      <p className="min-w-0 grow break-words whitespace-pre-wrap text-muted">
        {shownText(message.text)}
      </p>
      {message.failed ? (
        <button
          type="button"
          onClick={() => session.retryChat(message.cid)}
          className="flex shrink-0 items-center gap-1 rounded px-1 text-sm font-medium text-danger-text hover:underline"
        >
          <RotateCcw className="size-3.5" aria-hidden="true" />
          {t`Failed · Retry`}
        </button>
      ) : (
        <span className="flex shrink-0 items-center gap-1 pt-0.5 text-xs text-muted">
          <Clock3 className="size-3.5" aria-hidden="true" />
          <span className="sr-only">{t`Sending…`}</span>
        </span>
      )}
    </div>
  ));
}

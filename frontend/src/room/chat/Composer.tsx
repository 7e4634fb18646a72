import { t } from "@lingui/core/macro";
import { X } from "lucide-react";
import type { ChatLine } from "@/sync/roomState";
import { cx } from "@/ui/cx";
import { isolated } from "@/ui/format";
import { shownText } from "../control/controlRequest";
import { useRoom, useRoomState } from "../state/RoomContext";
import { useChatPermission } from "./chatPermission";
import { useDraft } from "./chatStores";
import { MessageField } from "./MessageField";

const MAX_CHARS = 500;

/** The message form, or the reason why the visitor cannot write. */
export function Composer() {
  const { text, replyTo, reply } = useDraft();
  const limit = useRoomState((state) => state.limits?.chat_chars ?? MAX_CHARS);
  const permission = useChatPermission();
  // Counts code points, as the server does.
  const left = limit - Array.from(text).length;
  const canSend = text.trim() !== "" && left >= 0 && permission.canSend;
  const send = useSend(permission.sent);

  if (permission.inputDisabled) {
    return (
      <p className="m-3 rounded-xl bg-hover px-4 py-3 text-sm text-muted">{permission.notice}</p>
    );
  }
  return (
    <form
      className="px-3 pt-1 pb-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (canSend) send();
      }}
    >
      {replyTo && <ReplyingTo line={replyTo} onCancel={() => reply(null)} />}
      <MessageField canSend={canSend} />
      <Remaining left={left} notice={permission.notice} />
    </form>
  );
}

/** Sends the draft, as a reply if it is one, and clears it. */
function useSend(onSent: () => void): () => void {
  const { session } = useRoom();
  return () => {
    const { text, replyTo, clear } = useDraft.getState();
    session.chat(text.trim(), { replyTo: replyTo?.id });
    clear();
    onSent();
  };
}

interface ReplyingToProps {
  line: ChatLine;
  onCancel: () => void;
}

function ReplyingTo({ line, onCancel }: ReplyingToProps) {
  return (
    <div className="mb-1.5 flex items-center gap-2 rounded-xl bg-hover py-1 pe-1 ps-3 text-sm">
      <p className="min-w-0 grow truncate text-muted">
        {t`Replying to ${isolated(line.name)}: ${isolated(shownText(line.text))}`}
      </p>
      <button
        type="button"
        aria-label={t`Cancel reply`}
        onClick={onCancel}
        className="grid size-8 shrink-0 place-items-center rounded-lg hover:bg-hover"
      >
        <X className="size-4" aria-hidden="true" />
      </button>
    </div>
  );
}

/** With fewer characters left than this, the count is shown. */
const SHOW_BELOW = 100;

interface RemainingProps {
  left: number;
  notice: string | null;
}

/** Below the field if needed: slow mode, or how many characters are left. */
function Remaining({ left, notice }: RemainingProps) {
  if (left > SHOW_BELOW && notice === null) return null;
  return (
    <p className="mt-1 flex justify-between gap-3 px-1 text-xs text-muted">
      <span>{notice}</span>
      {left <= SHOW_BELOW && (
        <span className={cx("tabular-nums", left < 0 && "font-semibold text-danger-text")}>
          {left}
          <span className="sr-only"> {t`characters left`}</span>
        </span>
      )}
    </p>
  );
}

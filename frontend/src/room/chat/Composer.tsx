import { X } from "lucide-react";
import type { ChatLine } from "@/sync/roomState";
import { cx } from "@/ui/cx";
import { useRoom, useRoomState } from "../state/RoomContext";
import { useChatGate } from "./chatPermission";
import { useComposer } from "./chatStores";
import { MessageField } from "./MessageField";

const MAX_CHARS = 500;

/** Where one writes; those who may not are told why instead. */
export function Composer() {
  const { draft, replyTo, reply } = useComposer();
  const limit = useRoomState((state) => state.limits?.chat_chars ?? MAX_CHARS);
  const gate = useChatGate();
  // As the server counts: an emoji is one.
  const left = limit - Array.from(draft).length;
  const canSend = draft.trim() !== "" && left >= 0 && gate.open;
  const send = useSending(gate.sent);

  if (gate.closed) {
    return <p className="m-3 rounded-xl bg-hover px-4 py-3 text-sm text-muted">{gate.notice}</p>;
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
      <Remaining left={left} notice={gate.notice} />
    </form>
  );
}

/** Sends what is written, as an answer where it is one, and empties the field. */
export function useSending(onSent: () => void): () => void {
  const { session } = useRoom();
  return () => {
    const { draft, replyTo, clear } = useComposer.getState();
    session.chat(draft.trim(), { replyTo: replyTo?.id });
    clear();
    onSent();
  };
}

interface ReplyingToProps {
  line: ChatLine;
  onCancel: () => void;
}

export function ReplyingTo({ line, onCancel }: ReplyingToProps) {
  return (
    <div className="mb-1.5 flex items-center gap-2 rounded-xl bg-hover py-1 pr-1 pl-3 text-sm">
      <p className="min-w-0 grow truncate text-muted">
        Replying to <bdi className="font-medium text-text">{line.name}</bdi>: {line.text}
      </p>
      <button
        type="button"
        aria-label="Cancel reply"
        onClick={onCancel}
        className="grid size-8 shrink-0 place-items-center rounded-lg hover:bg-hover"
      >
        <X className="size-4" aria-hidden="true" />
      </button>
    </div>
  );
}

/** From here on it is told how much still fits. */
const TOLD_BELOW = 100;

interface RemainingProps {
  left: number;
  notice: string | null;
}

/** Under the field, only when there is something to say: slow mode, or how many characters are left. */
export function Remaining({ left, notice }: RemainingProps) {
  if (left > TOLD_BELOW && notice === null) return null;
  return (
    <p className="mt-1 flex justify-between gap-3 px-1 text-xs text-muted">
      <span>{notice}</span>
      {left <= TOLD_BELOW && (
        <span className={cx("tabular-nums", left < 0 && "font-semibold text-danger-text")}>
          {left}
          <span className="sr-only"> characters left</span>
        </span>
      )}
    </p>
  );
}

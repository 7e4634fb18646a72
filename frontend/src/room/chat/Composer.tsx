import { SendHorizontal, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { cx } from "@/ui/cx";
import { CONTROL } from "@/ui/Field";
import { useRoom, useRoomState } from "../RoomContext";
import { useComposer } from "./composer";
import { useChatGate } from "./useChatGate";
import { useTyping } from "./useTyping";

const MAX_CHARS = 500;
/** From here on the remaining room is shown. */
const COUNT_FROM = 400;

export function Composer({ className }: { className?: string }) {
  const { session } = useRoom();
  const field = useRef<HTMLTextAreaElement>(null);
  const { draft, replyTo, focusWishes, write, reply, clear } = useComposer();
  const limit = useRoomState((state) => state.limits?.chat_chars ?? MAX_CHARS);
  const gate = useChatGate();
  const typing = useTyping();
  const length = Array.from(draft).length;
  const canSend = draft.trim() !== "" && length <= limit && gate.open;

  useEffect(() => {
    if (focusWishes > 0) field.current?.focus();
  }, [focusWishes]);

  const send = () => {
    if (!canSend) return;
    session.chat(draft.trim(), { replyTo: replyTo?.id });
    clear();
    typing.stopped();
    gate.sent();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter chooses a word.
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      if (replyTo) reply(null);
      else field.current?.blur();
    }
  };

  return (
    <form
      className={cx("px-3 pt-1 pb-3", className)}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {replyTo && (
        <ReplyingTo name={replyTo.name} text={replyTo.text} onCancel={() => reply(null)} />
      )}
      <div className="relative flex items-end gap-2">
        <textarea
          ref={field}
          rows={1}
          value={draft}
          aria-label="Message to the room"
          placeholder={gate.notice ?? "Say something…"}
          disabled={gate.closed}
          onChange={(event) => {
            write(event.target.value);
            typing.typed(event.target.value);
          }}
          onBlur={typing.stopped}
          onKeyDown={onKeyDown}
          enterKeyHint="send"
          className={cx(CONTROL, "field-sizing-content max-h-32 min-h-11 resize-none py-2.5 pr-12")}
        />
        <button
          type="submit"
          aria-label="Send"
          disabled={!canSend}
          className="absolute right-0.5 bottom-0.5 grid size-10 place-items-center rounded-lg text-accent-text hover:bg-hover disabled:text-muted disabled:opacity-50"
        >
          <SendHorizontal className="size-5" aria-hidden="true" />
        </button>
      </div>
      {(length >= COUNT_FROM || (gate.notice && !gate.closed)) && (
        <p className="mt-1 flex justify-between px-1 text-xs text-muted">
          <span>{gate.closed ? "" : gate.notice}</span>
          {length >= COUNT_FROM && (
            <span
              className={cx("tabular-nums", length > limit && "font-semibold text-danger-text")}
            >
              {limit - length}
              <span className="sr-only"> characters left</span>
            </span>
          )}
        </p>
      )}
    </form>
  );
}

interface ReplyingToProps {
  name: string;
  text: string;
  onCancel: () => void;
}

function ReplyingTo({ name, text, onCancel }: ReplyingToProps) {
  return (
    <div className="mb-1.5 flex items-center gap-2 rounded-xl bg-hover py-1 pr-1 pl-3 text-sm">
      <p className="min-w-0 grow truncate text-muted">
        Reply to <bdi className="font-medium text-text">{name}</bdi>: {text}
      </p>
      <button
        type="button"
        aria-label="Don’t reply to a message"
        onClick={onCancel}
        className="grid size-8 shrink-0 place-items-center rounded-lg hover:bg-hover"
      >
        <X className="size-4" aria-hidden="true" />
      </button>
    </div>
  );
}

import { t } from "@lingui/core/macro";
import { SendHorizontal } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { cx } from "@/ui/cx";
import { CONTROL } from "@/ui/Field";
import { useRoom } from "../state/RoomContext";
import { useDraft } from "./chatStores";

/** The text field with its button. Enter sends, Shift+Enter starts a new line. */
export function MessageField({ canSend }: { canSend: boolean }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { text, replyTo, wantsFocus, write, reply, focused } = useDraft();
  const typing = useTyping();

  useEffect(() => {
    if (!wantsFocus) return;
    field.current?.focus();
    focused();
  }, [wantsFocus, focused]);

  // Sent or deleted: in both cases the visitor is no longer typing.
  useEffect(() => {
    if (text === "") typing.stopped();
  }, [text, typing]);

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // During input method composition, Enter selects a word.
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      event.currentTarget.form?.requestSubmit();
    } else if (event.key === "Escape") {
      if (replyTo) reply(null);
      else field.current?.blur();
    }
  };

  return (
    <div className="relative">
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        value={text}
        aria-label={t`Message everyone`}
        placeholder={t`Message everyone`}
        enterKeyHint="send"
        onChange={(event) => {
          write(event.target.value);
          typing.typed();
        }}
        onBlur={typing.stopped}
        onKeyDown={onKeyDown}
        className={cx(
          CONTROL,
          "field-sizing-content block max-h-32 min-h-11 resize-none py-2.5",
          // Room for the button, which is at the page's end, whatever direction the text has.
          "[html:not([dir=rtl])_&]:[padding-right:3rem] [html[dir=rtl]_&]:[padding-left:3rem]",
        )}
      />
      <button
        type="submit"
        aria-label={t`Send`}
        disabled={!canSend}
        className="absolute end-0.5 bottom-0.5 pointer-coarse:end-0 pointer-coarse:bottom-0 grid size-10 pointer-coarse:size-11 place-items-center rounded-lg text-accent-text hover:bg-hover disabled:text-muted disabled:opacity-50"
      >
        <SendHorizontal className="size-5 rtl:-scale-x-100" aria-hidden="true" />
      </button>
    </div>
  );
}

/** How often "typing" is repeated, and after how long without a key it is withdrawn. */
const REPEAT_MS = 3000;

/** Tells the room that the visitor is typing, without a message for every key. */
function useTyping() {
  const { session } = useRoom();
  const sent_ms = useRef(Number.NEGATIVE_INFINITY);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);

  const typing = useMemo(() => {
    const stopped = () => {
      clearTimeout(pause.current);
      if (sent_ms.current > Number.NEGATIVE_INFINITY) session.typing(false);
      sent_ms.current = Number.NEGATIVE_INFINITY;
    };
    const typed = () => {
      const now_ms = performance.now();
      if (now_ms - sent_ms.current > REPEAT_MS) {
        sent_ms.current = now_ms;
        session.typing(true);
      }
      clearTimeout(pause.current);
      pause.current = setTimeout(stopped, REPEAT_MS);
    };
    return { typed, stopped };
  }, [session]);

  useEffect(() => typing.stopped, [typing]);
  return typing;
}

import { SendHorizontal } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { cx } from "@/ui/cx";
import { CONTROL } from "@/ui/Field";
import { useRoom } from "../state/RoomContext";
import { useComposer } from "./chatStores";

/** The text field with its button. Enter sends, Shift and Enter begins a line. */
export function MessageField({ canSend }: { canSend: boolean }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { draft, replyTo, wantsFocus, write, reply, granted } = useComposer();
  const typing = useTyping();

  useEffect(() => {
    if (!wantsFocus) return;
    field.current?.focus();
    granted();
  }, [wantsFocus, granted]);

  // Sent or taken back: either way nobody is waiting for the rest.
  useEffect(() => {
    if (draft === "") typing.stopped();
  }, [draft, typing]);

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter chooses a word.
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
        value={draft}
        aria-label="Message everyone"
        placeholder="Message everyone"
        enterKeyHint="send"
        onChange={(event) => {
          write(event.target.value);
          typing.typed();
        }}
        onBlur={typing.stopped}
        onKeyDown={onKeyDown}
        className={cx(
          CONTROL,
          "field-sizing-content block max-h-32 min-h-11 resize-none py-2.5 pr-12",
        )}
      />
      <button
        type="submit"
        aria-label="Send"
        disabled={!canSend}
        className="absolute right-0.5 bottom-0.5 pointer-coarse:right-0 pointer-coarse:bottom-0 grid size-10 pointer-coarse:size-11 place-items-center rounded-lg text-accent-text hover:bg-hover disabled:text-muted disabled:opacity-50"
      >
        <SendHorizontal className="size-5" aria-hidden="true" />
      </button>
    </div>
  );
}

/** Told again this often while it goes on, and taken back after as long a silence. */
const REPEAT_MS = 3000;

/** Tells the others that a message is being written, without a message for every key. */
export function useTyping() {
  const { session } = useRoom();
  const told_ms = useRef(Number.NEGATIVE_INFINITY);
  const silence = useRef<ReturnType<typeof setTimeout>>(undefined);

  const typing = useMemo(() => {
    const stopped = () => {
      clearTimeout(silence.current);
      if (told_ms.current > Number.NEGATIVE_INFINITY) session.typing(false);
      told_ms.current = Number.NEGATIVE_INFINITY;
    };
    const typed = () => {
      const now_ms = performance.now();
      if (now_ms - told_ms.current > REPEAT_MS) {
        told_ms.current = now_ms;
        session.typing(true);
      }
      clearTimeout(silence.current);
      silence.current = setTimeout(stopped, REPEAT_MS);
    };
    return { typed, stopped };
  }, [session]);

  useEffect(() => typing.stopped, [typing]);
  return typing;
}

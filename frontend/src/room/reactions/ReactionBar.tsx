import { t } from "@lingui/core/macro";
import { useCallback, useRef } from "react";
import { cx } from "@/ui/cx";
import { useSingleKey } from "@/ui/useSingleKey";
import { useRoom } from "../state/RoomContext";
import { emojiName, REACTIONS } from "./reactions";

/** Faster clicks count as one reaction. */
const THROTTLE_MS = 250;

interface ReactionBarProps {
  /** Focuses the first reaction, because the bar was opened in order to react. */
  autoFocus?: boolean;
  className?: string | undefined;
}

export function ReactionBar({ autoFocus = false, className }: ReactionBarProps) {
  const { session } = useRoom();
  const first = useRef<HTMLButtonElement>(null);
  const last_ms = useRef(Number.NEGATIVE_INFINITY);
  useSingleKey(
    "r",
    useCallback(() => first.current?.focus(), []),
  );

  const react = (emoji: string) => {
    const now_ms = performance.now();
    if (now_ms - last_ms.current < THROTTLE_MS) return;
    last_ms.current = now_ms;
    session.react(emoji);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" aria-label={t`Reactions`} className={cx("flex items-center", className)}>
      {REACTIONS.map((emoji, index) => (
        <button
          key={emoji}
          ref={index === 0 ? first : undefined}
          // biome-ignore lint/a11y/noAutofocus: only after the visitor has opened the bar
          autoFocus={autoFocus && index === 0}
          type="button"
          aria-label={t`React with ${emojiName(emoji)}`}
          onClick={() => react(emoji)}
          className="grid size-11 place-items-center rounded-xl text-xl transition-transform duration-150 hover:scale-115 hover:bg-hover active:scale-90"
        >
          <span aria-hidden="true">{emoji}</span>
        </button>
      ))}
    </div>
  );
}

import { type CSSProperties, useEffect, useState } from "react";
import { useRoom } from "../state/RoomContext";
import { useReactionAmount } from "./reactionAmount";
import {
  emojiName,
  FLOAT_MS,
  NO_REACTIONS,
  reactionCaption,
  withoutExpired,
  withReaction,
} from "./reactions";
import "./reactions.css";

/**
 * The emoji that rise at the edge of the film. They are decoration: a text names who reacted with what, and they do not
 * move for people who prefer reduced motion.
 */
export function FloatingReactions() {
  const { session } = useRoom();
  const amount = useReactionAmount((state) => state.amount);
  const [reactions, setReactions] = useState(NO_REACTIONS);

  useEffect(
    () =>
      session.on("reaction", (reaction) => {
        setReactions((now) => withReaction(now, reaction, performance.now(), amount));
      }),
    [session, amount],
  );

  const isFloating = reactions.floating.length > 0;
  useEffect(() => {
    if (!isFloating) return;
    const timer = setInterval(
      () => setReactions((now) => withoutExpired(now, performance.now())),
      FLOAT_MS / 4,
    );
    return () => clearInterval(timer);
  }, [isFloating]);

  return (
    <div
      data-amount={amount}
      className="reaction-lane pointer-events-none absolute inset-0 overflow-hidden [container-type:size]"
    >
      {reactions.floating.map((one) => (
        <div
          key={one.id}
          className="floating-reaction"
          style={
            {
              "--column": one.column,
              "--slot": one.id % 4,
              animationDuration: `${FLOAT_MS}ms`,
            } as CSSProperties
          }
        >
          <span aria-hidden="true" className="text-2xl drop-shadow-lg @xl:text-4xl">
            {one.emoji}
          </span>
          <span className="max-w-20 truncate rounded-full bg-black/60 px-2 text-xs font-semibold text-white tabular-nums @xl:max-w-28">
            <bdi aria-hidden={one.count > 1}>{reactionCaption(one)}</bdi>
            <span className="sr-only">
              {one.count > 1 && one.names.join(", ")}: {emojiName(one.emoji)}
            </span>
          </span>
        </div>
      ))}
    </div>
  );
}

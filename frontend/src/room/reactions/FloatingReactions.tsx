import { useEffect, useState } from "react";
import { useRoom } from "../state/RoomContext";
import { emojiName, FLOAT_MS, NO_REACTIONS, withoutExpired, withReaction } from "./reactions";
import "./reactions.css";

/**
 * The emoji that rise over the video. They are decoration: a text names who reacted with what, and they do not move for
 * people who prefer reduced motion.
 */
export function FloatingReactions() {
  const { session } = useRoom();
  const [reactions, setReactions] = useState(NO_REACTIONS);

  useEffect(
    () =>
      session.on("reaction", (reaction) => {
        const across = 0.08 + Math.random() * 0.84;
        setReactions((now) => withReaction(now, reaction, performance.now(), across));
      }),
    [session],
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
    <div className="pointer-events-none absolute inset-0 overflow-hidden [container-type:size]">
      {reactions.floating.map((one) => (
        <div
          key={one.id}
          className="floating-reaction"
          style={{ left: `${one.across * 100}%`, animationDuration: `${FLOAT_MS}ms` }}
        >
          <span aria-hidden="true" className="text-4xl drop-shadow-lg">
            {one.emoji}
          </span>
          <span className="max-w-28 truncate rounded-full bg-black/60 px-2 text-xs text-white">
            <bdi>{one.name}</bdi>
            <span className="sr-only">: {emojiName(one.emoji)}</span>
          </span>
        </div>
      ))}
    </div>
  );
}

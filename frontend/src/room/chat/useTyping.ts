import { useEffect, useMemo, useRef } from "react";
import { useRoom } from "../RoomContext";

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

import { useRoomState } from "../RoomContext";
import { typingSentence } from "./typingSentence";

/** Keeps its height when nobody types, so that the messages above do not jump. */
export function TypingLine() {
  const names = useRoomState((state) => state.typing);
  return (
    <p
      className="h-5 shrink-0 truncate px-4 text-xs leading-5 text-muted"
      aria-hidden={names.length === 0}
    >
      {typingSentence(names)}
    </p>
  );
}

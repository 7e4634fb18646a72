import { t } from "@lingui/core/macro";
import { isolated } from "@/ui/format";
import { useRoomState } from "../state/RoomContext";
import { Composer } from "./Composer";
import { MessageList } from "./MessageList";

export function ChatPanel() {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <MessageList />
      <TypingLine />
      <Composer />
    </div>
  );
}

/** Keeps its height while no one is typing, so that the messages above do not jump. */
function TypingLine() {
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

export function typingSentence(names: readonly string[]): string {
  const [first, second, ...others] = names.map(isolated);
  if (first === undefined) return "";
  if (second === undefined) return t`${first} is typing…`;
  if (others.length === 0) return t`${first} and ${second} are typing…`;
  return t`Several people are typing…`;
}

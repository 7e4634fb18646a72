import { Composer } from "./Composer";
import { MessageList } from "./MessageList";
import { TypingLine } from "./TypingLine";

export function ChatPanel() {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <MessageList />
      <TypingLine />
      <Composer />
    </div>
  );
}

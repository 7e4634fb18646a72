import { useRoomState } from "../RoomContext";
import { useComposer } from "./composer";
import { MessageField } from "./MessageField";
import { Remaining } from "./Remaining";
import { ReplyingTo } from "./ReplyingTo";
import { useChatGate } from "./useChatGate";
import { useSending } from "./useSending";

const MAX_CHARS = 500;

/** Where one writes; those who may not are told why instead. */
export function Composer() {
  const { draft, replyTo, reply } = useComposer();
  const limit = useRoomState((state) => state.limits?.chat_chars ?? MAX_CHARS);
  const gate = useChatGate();
  // As the server counts: an emoji is one.
  const left = limit - Array.from(draft).length;
  const canSend = draft.trim() !== "" && left >= 0 && gate.open;
  const send = useSending(gate.sent);

  if (gate.closed) {
    return <p className="m-3 rounded-xl bg-hover px-4 py-3 text-sm text-muted">{gate.notice}</p>;
  }
  return (
    <form
      className="px-3 pt-1 pb-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (canSend) send();
      }}
    >
      {replyTo && <ReplyingTo line={replyTo} onCancel={() => reply(null)} />}
      <MessageField canSend={canSend} />
      <Remaining left={left} notice={gate.notice} />
    </form>
  );
}

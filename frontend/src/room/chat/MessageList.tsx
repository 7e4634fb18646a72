import { t } from "@lingui/core/macro";
import { ArrowDown } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { Button } from "@/ui/Button";
import { useRoomState } from "../state/RoomContext";
import { useChatPreferences } from "./chatStores";
import { type ConversationItem, conversation } from "./conversation";
import { EarlierMessages } from "./EarlierMessages";
import { hiddenAfterStep, hiddenNow } from "./historyWindow";
import { Message } from "./Message";
import { PendingMessages } from "./PendingMessages";
import { useMessageFocus } from "./useMessageFocus";
import { useStickToBottom } from "./useStickToBottom";

export function MessageList() {
  const box = useRef<HTMLDivElement>(null);
  const log = useRoomState((state) => state.log);
  const items = useMemo(() => conversation(log), [log]);
  const pending = useRoomState((state) => state.pending);
  const announces = useChatPreferences((state) => state.announces);
  const { atBottom, onScroll, toBottom } = useStickToBottom(box, items, pending);
  const focus = useMessageFocus(box, items);
  const [before, setHidden] = useState(0);
  const hidden = hiddenNow({ total: items.length, hidden: before, atBottom });
  if (hidden !== before) setHidden(hidden);

  return (
    <div className="relative min-h-0 grow">
      <div
        ref={box}
        role="log"
        aria-label={t`Chat`}
        aria-live={announces ? "polite" : "off"}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable box must be reachable by keyboard
        tabIndex={0}
        onScroll={onScroll}
        {...focus}
        className="h-full overflow-y-auto overscroll-contain py-3 focus-visible:outline-offset-[-2px]"
      >
        <div className="flex min-h-full flex-col justify-end">
          {hidden > 0 ? (
            <div className="flex justify-center p-2">
              <Button onClick={() => setHidden(hiddenAfterStep(hidden))}>
                {t`Show earlier messages`}
              </Button>
            </div>
          ) : (
            <EarlierMessages />
          )}
          {items.length === 0 && pending.length === 0 && <EmptyChat />}
          {items.slice(hidden).map((item) => (
            <Item key={item.key} item={item} />
          ))}
          <PendingMessages />
        </div>
      </div>
      {!atBottom && (
        <button
          type="button"
          onClick={toBottom}
          className="absolute inset-x-0 bottom-2 mx-auto flex min-h-9 w-fit animate-rise items-center gap-1.5 rounded-full bg-raised px-3.5 text-sm font-medium shadow-high ring-1 ring-line"
        >
          <ArrowDown className="size-4" aria-hidden="true" />
          {t`Jump to latest`}
        </button>
      )}
    </div>
  );
}

function Item({ item }: { item: ConversationItem }) {
  if (item.kind === "message") {
    return <Message line={item.line} quoted={item.quoted} startsGroup={item.startsGroup} />;
  }
  return <p className="mx-4 my-2 text-center text-xs text-muted">{item.text}</p>;
}

function EmptyChat() {
  return (
    <p className="px-8 py-10 text-center text-sm text-pretty text-muted">
      {t`No messages yet. Each one remembers its moment in the film.`}
    </p>
  );
}

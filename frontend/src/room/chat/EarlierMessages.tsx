import { t } from "@lingui/core/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { sentenceFor } from "@/api/errors";
import { archivedChat } from "@/api/rooms";
import type { LogEntry } from "@/sync/roomState";
import { Button } from "@/ui/Button";
import { formatFilmTime } from "@/ui/filmTime";
import { shownText } from "../control/controlRequest";
import { useRoom, useRoomState } from "../state/RoomContext";
import { MessageText } from "./MessageText";

/**
 * Messages from before the room's log begins. Only moderators can read the archive; other members see a note about the
 * gap.
 */
export function EarlierMessages() {
  const incomplete = useRoomState(
    (state) =>
      state.historyIncomplete || messageCount(state.log) >= (state.limits?.log_entries ?? 256),
  );
  const canModerate = useRoomState((state) => state.you?.can_moderate ?? false);
  if (!incomplete) return null;
  return canModerate ? <Archive /> : <Notice>{t`Earlier messages aren’t available.`}</Notice>;
}

/** The relay sends a limited number of entries: a log of that length may be incomplete. */
function messageCount(log: readonly LogEntry[]): number {
  return log.filter((entry) => entry.kind === "chat").length;
}

function Notice({ children }: { children: string }) {
  return <p className="px-4 py-2 text-center text-xs text-muted">{children}</p>;
}

function Archive() {
  const { roomId, bearer } = useRoom();
  const oldest = useRoomState((state) => state.log.find((entry) => entry.kind === "chat")?.id);
  const pages = useInfiniteQuery({
    queryKey: ["room", roomId, "chat"],
    queryFn: ({ pageParam }) => archivedChat(roomId, pageParam, bearer()),
    initialPageParam: oldest,
    getNextPageParam: (page) => (page.next_cursor === null ? undefined : page.items.at(-1)?.id),
    enabled: false,
  });
  const lines = (pages.data?.pages ?? []).flatMap((page) => page.items).reverse();
  const ended = pages.data !== undefined && !pages.hasNextPage;
  return (
    <>
      {pages.error && <Notice>{sentenceFor(pages.error)}</Notice>}
      {ended ? (
        <Notice>{t`Start of the chat.`}</Notice>
      ) : (
        <div className="flex justify-center p-2">
          <Button busy={pages.isFetching} onClick={() => pages.fetchNextPage()}>
            {t`Show earlier messages`}
          </Button>
        </div>
      )}
      {lines.map((line) => (
        <p key={line.id} className="px-4 py-0.5 ps-14 text-[0.9375rem] leading-snug">
          <bdi className="me-2 text-sm font-semibold">{line.name}</bdi>
          <MessageText text={shownText(line.text)} />
          {line.pos_s !== null && (
            <span className="ms-2 text-xs text-muted tabular-nums">
              {formatFilmTime(line.pos_s)}
            </span>
          )}
        </p>
      ))}
    </>
  );
}

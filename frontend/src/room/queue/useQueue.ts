import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { sentenceFor } from "@/api/errors";
import { nextInQueue, type QueueItem, queue, setQueue } from "@/api/rooms";
import { mayControlRoom } from "@/sync/playbackControls";
import { showToast } from "@/ui/Toast";
import { useRoom, useRoomState } from "../state/RoomContext";

/** The films that come next. Only members who may control the film can read or change the queue. */
export function useQueue() {
  const { roomId, bearer } = useRoom();
  const canControl = useRoomState(mayControlRoom);
  // Increases with each change of film, after which the queue may be shorter.
  const mrev = useRoomState((state) => state.playback?.mrev ?? 0);
  const queries = useQueryClient();
  const key = ["room", roomId, "queue"];
  const onError = (error: Error) => showToast(sentenceFor(error), { tone: "danger" });

  const list = useQuery({
    queryKey: [...key, mrev],
    queryFn: () => queue(roomId, bearer()),
    enabled: canControl,
  });
  const save = useMutation({
    mutationFn: (items: QueueItem[]) => setQueue(roomId, items, bearer()),
    onSuccess: (saved) => queries.setQueryData([...key, mrev], saved),
    onError,
  });
  const next = useMutation({
    mutationFn: (after: number) => nextInQueue(roomId, after, bearer()),
    onError,
  });
  return {
    items: list.data?.items ?? [],
    save: save.mutate,
    next: () => next.mutate(mrev),
  };
}

/** The list with one item moved to another index. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = items.filter((_, index) => index !== from);
  return [...rest.slice(0, to), ...items.slice(from, from + 1), ...rest.slice(to)];
}

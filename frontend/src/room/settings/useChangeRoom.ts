import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sentenceFor } from "@/api/errors";
import { changeRoom, type RoomChange } from "@/api/rooms";
import { showToast } from "@/ui/Toast";
import { useRoom } from "../RoomContext";
import { roomKey } from "../roomQueries";

/** Changes a setting of the room; the others hear of it through the room itself. */
export function useChangeRoom() {
  const { roomId, bearer } = useRoom();
  const queries = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: (change: RoomChange) => changeRoom(roomId, change, bearer()),
    onSuccess: (room) => queries.setQueryData(roomKey(roomId), room),
    onError: (error) => showToast(sentenceFor(error), { tone: "danger" }),
  });
  return { change: mutate, changing: isPending };
}

import { t } from "@lingui/core/macro";
import { useState } from "react";
import { useSession } from "@/api/session";
import { mayControlRoom } from "@/sync/playbackControls";
import { showToast } from "@/ui/Toast";
import { useDropped } from "@/ui/window/DropTarget";
import type { Dropped } from "@/ui/window/dropped";
import { useRoomState } from "../state/RoomContext";
import { useFilm } from "../state/roomFacts";
import { useQueue } from "./useQueue";

export interface DroppedFilm {
  dropped: Dropped | null;
  /** Undefined if the room should show it. */
  onPick: ((film: { id: string }) => void) | undefined;
  clear: () => void;
}

/**
 * The film that was dropped or pasted in the room, for the film picker. While another one is on, it goes to the queue:
 * a drop must not take the picture from everyone.
 */
export function useDroppedFilm(open: () => void): DroppedFilm {
  const [dropped, setDropped] = useState<Dropped | null>(null);
  const canControl = useRoomState(mayControlRoom);
  const signedIn = useSession((state) => state.account !== null);
  const isOn = useFilm()?.playable ?? false;
  const { items, save } = useQueue();
  useDropped((film) => {
    if (!canControl) showToast(t`Only the host and people they choose can add films.`);
    else if (!signedIn) showToast(t`Sign in to add films.`);
    else {
      setDropped(film);
      open();
    }
  });
  const enqueue = (film: { id: string }) => {
    save([...items, { video_id: film.id }]);
    showToast(t`Added to the queue.`, { tone: "good" });
  };
  return {
    dropped,
    onPick: dropped && isOn ? enqueue : undefined,
    clear: () => setDropped(null),
  };
}

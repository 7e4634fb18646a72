import { useEffect } from "react";
import { positionAt } from "@/sync/timeline";
import { formatFilmTime } from "@/ui/filmTime";
import { dismissToast, showToast } from "@/ui/Toast";
import { useRoom } from "../state/RoomContext";

/** Offers whoever has sent the room far away the way back, for as long as a toast stands. */
export function useWayBack(): void {
  const { session } = useRoom();
  useEffect(() => {
    let offer: { toast: number; place_s: number } | null = null;
    const forget = () => {
      offer = null;
    };
    return session.store.subscribe(({ playback, you }, { playback: before }) => {
      if (!playback || !before || playback.rev === before.rev) return;
      const { cmd, by } = playback.cause;
      if (cmd !== "seek" || by !== you?.participant_id || playback.mrev !== before.mrev) return;
      const place_s = wayBack({
        from_s: positionAt(before, playback.t0_ms),
        to_s: playback.pos_s,
        offered_s: offer?.place_s ?? null,
      });
      // Taken, an offer stands until its own jump is seen here, which is no news and offers nothing.
      if (offer) dismissToast(offer.toast, true);
      forget();
      if (place_s === null) return;
      const toast = showToast(`Jumped to ${formatFilmTime(playback.pos_s)}`, {
        action: {
          label: `Back to ${formatFilmTime(place_s)}`,
          run: () => session.controls.seek(place_s, "room"),
        },
        onExpire: forget,
      });
      offer = { toast, place_s };
    });
  }, [session]);
}

/** A slip of the finger on the scrub bar moves everybody: where the way back leads, while it is offered. Pure. */

/** Shorter jumps are as quickly undone by a jump. */
const FAR_S = 60;

interface Jump {
  from_s: number;
  to_s: number;
  /** Where an offer that still stands leads: whoever looks for a scene wants back to where the search began. */
  offered_s: number | null;
}

export function wayBack({ from_s, to_s, offered_s }: Jump): number | null {
  const home_s = offered_s ?? from_s;
  return Math.abs(to_s - home_s) < FAR_S ? null : home_s;
}

import { useEffect } from "react";
import { positionIn } from "@/sync/timeline";
import { dismissToast, showToast } from "@/ui/Toast";
import { formatFilmTime } from "../filmTime";
import { useRoom } from "../RoomContext";
import { wayBack } from "./wayBack";

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
        from_s: positionIn(before, playback.t0_ms),
        to_s: playback.pos_s,
        offered_s: offer?.place_s ?? null,
      });
      // Taken, an offer stands until its own jump is seen here, which is no news and offers nothing.
      if (offer) dismissToast(offer.toast, true);
      forget();
      if (place_s === null) return;
      const toast = showToast(`Jumped to ${formatFilmTime(playback.pos_s)}`, {
        action: { label: `Back to ${formatFilmTime(place_s)}`, run: () => session.seek(place_s) },
        onExpire: forget,
      });
      offer = { toast, place_s };
    });
  }, [session]);
}

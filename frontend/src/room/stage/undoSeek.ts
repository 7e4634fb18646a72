/** Offers to undo a long jump: a slip of the finger on the scrub bar moves everyone. */
import { t } from "@lingui/core/macro";
import { useEffect } from "react";
import { positionAt } from "@/sync/timeline";
import { formatFilmTime } from "@/ui/filmTime";
import { dismissToast, showToast } from "@/ui/Toast";
import { useRoom } from "../state/RoomContext";

/** Shows a toast after each long jump of this viewer, for as long as the toast lasts. */
export function useUndoSeek(): void {
  const { session } = useRoom();
  useEffect(() => {
    let offer: { toast: number; position_s: number } | null = null;
    const forget = () => {
      offer = null;
    };
    return session.store.subscribe(({ playback, you }, { playback: before }) => {
      if (!playback || !before || playback.rev === before.rev) return;
      const { cmd, by } = playback.cause;
      if (cmd !== "seek" || by !== you?.participant_id || playback.mrev !== before.mrev) return;
      const position_s = undoPosition_s({
        from_s: positionAt(before, playback.t0_ms),
        to_s: playback.pos_s,
        offered_s: offer?.position_s ?? null,
      });
      // A used offer is kept until its own jump arrives here: that jump must not be offered for undoing.
      if (offer) dismissToast(offer.toast, true);
      forget();
      if (position_s === null) return;
      const toast = showToast(t`Jumped to ${formatFilmTime(playback.pos_s)}`, {
        action: {
          label: t`Back to ${formatFilmTime(position_s)}`,
          run: () => session.controls.seek(position_s, "room"),
        },
        onExpire: forget,
      });
      offer = { toast, position_s };
    });
  }, [session]);
}

/** Shorter jumps are as easily undone by hand. */
const FAR_S = 60;

interface Jump {
  from_s: number;
  to_s: number;
  /** The position of the current offer: after several jumps, viewers want back to where the first began. */
  offered_s: number | null;
}

/** The position to offer after a jump, or null. Pure. */
export function undoPosition_s({ from_s, to_s, offered_s }: Jump): number | null {
  const start_s = offered_s ?? from_s;
  return Math.abs(to_s - start_s) < FAR_S ? null : start_s;
}

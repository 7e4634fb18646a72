import { t } from "@lingui/core/macro";
import { Plus, RotateCcw, SkipForward } from "lucide-react";
import { useSession } from "@/api/session";
import { mayControlRoom } from "@/sync/playbackControls";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/format";
import { useQueue } from "../queue/useQueue";
import { useRoom, useRoomState } from "../state/RoomContext";

/** The end of the film: play it again, or the next one. */
export function Ended({ onChooseFilm }: { onChooseFilm: () => void }) {
  const ended = useRoomState((state) => state.playback?.mode === "ended");
  return ended ? <EndScreen onChooseFilm={onChooseFilm} /> : null;
}

function EndScreen({ onChooseFilm }: { onChooseFilm: () => void }) {
  const { session } = useRoom();
  const canControl = useRoomState(mayControlRoom);
  const signedIn = useSession((state) => state.account !== null);
  const { items, next } = useQueue();
  const [nextFilm] = items;

  const playAgain = () => {
    session.controls.seek(0, "room");
    session.controls.play("room");
  };
  return (
    <div className="pointer-events-none absolute inset-0 grid animate-appear place-items-center bg-black/70 p-4 pb-20 text-center text-white">
      <div className="pointer-events-auto">
        <h2 className="text-title font-bold">{t`The end`}</h2>
        {canControl ? (
          <div className="mt-2 flex flex-wrap @sm:mt-4 justify-center gap-2">
            {nextFilm ? (
              <Button variant="primary" onClick={next}>
                <SkipForward aria-hidden="true" />
                <span className="max-w-56 truncate">{t`Next: ${isolated(nextFilm.title)}`}</span>
              </Button>
            ) : (
              signedIn && (
                <Button variant="primary" onClick={onChooseFilm}>
                  <Plus aria-hidden="true" />
                  {t`Choose the next film`}
                </Button>
              )
            )}
            <Button variant="ghost" className="text-white" onClick={playAgain}>
              <RotateCcw aria-hidden="true" />
              {t`Play again`}
            </Button>
          </div>
        ) : (
          <p className="mt-2 text-white/80">{t`Stick around to chat or wait for the next film.`}</p>
        )}
      </div>
    </div>
  );
}

import { plural, t } from "@lingui/core/macro";
import { Hourglass } from "lucide-react";
import { useEffect, useState } from "react";
import { mayControlRoom } from "@/sync/playbackControls";
import { isolated } from "@/ui/format";
import { useRoom, useRoomState } from "../state/RoomContext";

/** Whom the film is waiting for, for how long at most, and a button to skip waiting. */
export function WaitingFor() {
  const { session } = useRoom();
  const waiting = useRoomState((state) => state.waitingFor);
  const canControl = useRoomState(mayControlRoom);
  const [now_ms, setNow] = useState(0);

  useEffect(() => {
    if (!waiting) return;
    const update = () => setNow(session.roomTime() ?? waiting.until_ms);
    update();
    const timer = setInterval(update, 500);
    return () => clearInterval(timer);
  }, [waiting, session]);

  if (!waiting || waiting.people.length === 0) return null;
  const left_s = now_ms === 0 ? 0 : Math.max(0, Math.ceil((waiting.until_ms - now_ms) / 1000));
  return (
    <div
      role="status"
      className="pointer-events-auto absolute top-3 left-1/2 in-data-[layout=immersive]:top-16 flex w-max max-w-[92%] -translate-x-1/2 animate-rise items-center gap-3 rounded-full bg-black/75 py-1 pe-1 ps-4 text-sm text-white backdrop-blur"
    >
      <Hourglass className="size-4 shrink-0" aria-hidden="true" />
      <span className="truncate">{waitingSentence(waiting.people)}</span>
      <span aria-hidden="true" className="shrink-0 pe-2 tabular-nums">
        {left_s > 0 && `${left_s} s`}
      </span>
      {canControl && (
        <button
          type="button"
          onClick={() => session.controls.play("room")}
          className="min-h-9 shrink-0 pointer-coarse:min-h-11 rounded-full bg-white/15 px-3.5 font-semibold hover:bg-white/25"
        >
          {t`Skip waiting`}
        </button>
      )}
    </div>
  );
}

export function waitingSentence(names: readonly string[]): string {
  const [first, second, ...others] = names.map(isolated);
  if (first === undefined) return "";
  if (second === undefined) return t`Waiting for ${first}`;
  if (others.length === 0) return t`Waiting for ${first} and ${second}`;
  return plural(others.length + 1, {
    one: `Waiting for ${first} and # other`,
    other: `Waiting for ${first} and # others`,
  });
}

import type { ReactNode } from "react";
import { cx } from "@/ui/cx";
import { formatFilmTime } from "../filmTime";
import { useRoom, useRoomState } from "../RoomContext";
import { useComposer } from "./composer";

interface PlaceButtonProps {
  position_s: number;
  className?: string;
  children: ReactNode;
}

/** A place in the film: whoever may control goes there, everybody else can suggest it. */
export function PlaceButton({ position_s, className, children }: PlaceButtonProps) {
  const { session } = useRoom();
  const canControl = useRoomState((state) => state.you?.can_control ?? false);
  const suggest = useComposer((state) => state.insert);
  const time = formatFilmTime(position_s);
  return (
    <button
      type="button"
      onClick={() => (canControl ? session.seek(position_s) : suggest(`Shall we go to ${time}?`))}
      aria-label={canControl ? `Go to ${time}` : `Suggest going to ${time}`}
      className={cx("rounded tabular-nums hover:underline", className ?? "text-accent-text")}
    >
      {children}
    </button>
  );
}

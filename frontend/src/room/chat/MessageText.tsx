import { type ReactNode, useMemo } from "react";
import { mayControlRoom } from "@/sync/playbackControls";
import { cx } from "@/ui/cx";
import { formatFilmTime } from "@/ui/filmTime";
import { useRoom, useRoomState } from "../state/RoomContext";
import { useComposer } from "./chatStores";
import { tokenise } from "./tokens";

/** What somebody wrote, as text nodes, links and places in the film; never as markup. */
export function MessageText({ text }: { text: string }) {
  const tokens = useMemo(() => tokenise(text), [text]);
  return (
    <span className="break-words whitespace-pre-wrap">
      {tokens.map((token, index) => {
        // Tokens have no identity but their place: the text of a message never changes.
        const key = `${index}`;
        if (token.kind === "text") return <span key={key}>{token.text}</span>;
        if (token.kind === "place") {
          return (
            <PlaceButton key={key} position_s={token.position_s}>
              {token.text}
            </PlaceButton>
          );
        }
        return (
          <a
            key={key}
            href={token.href}
            target="_blank"
            rel="noopener noreferrer nofollow ugc"
            className="text-accent-text underline underline-offset-2 hover:no-underline"
          >
            {token.text}
          </a>
        );
      })}
    </span>
  );
}

interface PlaceButtonProps {
  position_s: number;
  className?: string;
  children: ReactNode;
}

/** A place in the film: whoever may control goes there, everybody else can suggest it. */
export function PlaceButton({ position_s, className, children }: PlaceButtonProps) {
  const { session } = useRoom();
  const canControl = useRoomState(mayControlRoom);
  const suggest = useComposer((state) => state.insert);
  const time = formatFilmTime(position_s);
  return (
    <button
      type="button"
      onClick={() =>
        canControl ? session.controls.seek(position_s, "room") : suggest(`Jump to ${time}?`)
      }
      aria-label={canControl ? `Jump to ${time}` : `Suggest jumping to ${time}`}
      className={cx("rounded tabular-nums hover:underline", className ?? "text-accent-text")}
    >
      {children}
    </button>
  );
}

import { t } from "@lingui/core/macro";
import { type ReactNode, useMemo } from "react";
import { mayControlRoom } from "@/sync/playbackControls";
import { cx } from "@/ui/cx";
import { formatFilmTime } from "@/ui/filmTime";
import { useRoom, useRoomState } from "../state/RoomContext";
import { useDraft } from "./chatStores";
import { tokenise } from "./tokens";

/** A message as text, links and film times; never as markup. */
export function MessageText({ text }: { text: string }) {
  const tokens = useMemo(() => tokenise(text), [text]);
  return (
    <span className="break-words whitespace-pre-wrap">
      {tokens.map((token, index) => {
        // The index identifies a token, because the text of a message never changes.
        const key = `${index}`;
        if (token.kind === "text") return <span key={key}>{token.text}</span>;
        if (token.kind === "time") {
          return (
            <FilmTimeButton key={key} position_s={token.position_s}>
              {token.text}
            </FilmTimeButton>
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

interface FilmTimeButtonProps {
  position_s: number;
  className?: string | undefined;
  children: ReactNode;
}

/** A time in the film. Viewers who may control the film jump there; others suggest it. */
export function FilmTimeButton({ position_s, className, children }: FilmTimeButtonProps) {
  const { session } = useRoom();
  const canControl = useRoomState(mayControlRoom);
  const suggest = useDraft((state) => state.insert);
  const time = formatFilmTime(position_s);
  return (
    <button
      type="button"
      onClick={() =>
        canControl ? session.controls.seek(position_s, "room") : suggest(t`Jump to ${time}?`)
      }
      aria-label={canControl ? t`Jump to ${time}` : t`Suggest jumping to ${time}`}
      className={cx("rounded tabular-nums hover:underline", className ?? "text-accent-text")}
    >
      {children}
    </button>
  );
}

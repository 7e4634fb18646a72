import { t } from "@lingui/core/macro";
import { EllipsisVertical, Reply, Trash2 } from "lucide-react";
import { memo } from "react";
import { useLanguage } from "@/language/useLanguage";
import type { ChatLine } from "@/sync/roomState";
import { Avatar } from "@/ui/Avatar";
import { cx } from "@/ui/cx";
import { formatFilmTime } from "@/ui/filmTime";
import { Menu, MenuItem } from "@/ui/Menu";
import { GrantControlButton } from "../control/ControlRequests";
import { shownText } from "../control/controlRequest";
import { useRoom, useRoomState } from "../state/RoomContext";
import { useDraft } from "./chatStores";
import { FilmTimeButton, MessageText } from "./MessageText";

interface MessageProps {
  line: ChatLine;
  quoted: ChatLine | null;
  startsGroup: boolean;
}

export const Message = memo(function Message({ line, quoted, startsGroup }: MessageProps) {
  useLanguage();
  const mine = useRoomState((state) => state.you?.participant_id === line.by);
  const filmIsOn = useRoomState((state) => (state.playback?.mode ?? "empty") !== "empty");
  return (
    <div
      data-message
      tabIndex={-1}
      className={cx(
        "group relative outline-offset-[-2px] flex gap-3 px-4 py-0.5 hover:bg-hover pointer-coarse:pe-11",
        startsGroup && "mt-2.5",
      )}
    >
      <div className="w-7 shrink-0 pt-0.5">
        {startsGroup && <Avatar name={line.name} seed={line.by} size="sm" />}
      </div>
      <div className="min-w-0 grow text-[0.9375rem] leading-snug">
        <p className={cx("flex items-center gap-2 text-sm", !startsGroup && "sr-only")}>
          <bdi className={cx("truncate font-semibold", mine && "text-accent-text")}>
            {line.name}
          </bdi>
          {filmIsOn && line.pos_s !== null && (
            <FilmTimeButton
              position_s={line.pos_s}
              className="min-h-6 min-w-6 shrink-0 text-xs text-muted"
            >
              {formatFilmTime(line.pos_s)}
            </FilmTimeButton>
          )}
        </p>
        {quoted && <Quote line={quoted} />}
        {line.deleted ? (
          <p className="text-muted italic">{t`Message deleted`}</p>
        ) : (
          <p
            dir="auto"
            className="[html[dir=rtl]_&]:[text-align:right] [html:not([dir=rtl])_&]:[text-align:left]"
          >
            <MessageText text={shownText(line.text)} />
          </p>
        )}
        <GrantControlButton line={line} />
      </div>
      {!line.deleted && <MessageMenu line={line} mine={mine} />}
    </div>
  );
});

function MessageMenu({ line, mine }: { line: ChatLine; mine: boolean }) {
  const { session } = useRoom();
  const canChat = useRoomState((state) => state.you?.can_chat ?? false);
  const canModerate = useRoomState((state) => state.you?.can_moderate ?? false);
  const reply = useDraft((state) => state.reply);
  const mayDelete = mine || canModerate;
  if (!canChat && !mayDelete) return null;
  return (
    <div className="absolute -top-1 end-2 pointer-coarse:-top-2.5 pointer-coarse:end-0 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-data-[state=open]:opacity-100 pointer-coarse:opacity-50">
      <Menu
        trigger={
          <button
            type="button"
            aria-label={t`Actions for ${line.name}’s message`}
            className="grid size-8 pointer-coarse:size-11 place-items-center rounded-lg bg-raised text-muted ring-1 ring-line hover:text-text pointer-coarse:bg-transparent pointer-coarse:ring-0"
          >
            <EllipsisVertical className="size-4" aria-hidden="true" />
          </button>
        }
      >
        {canChat && (
          <MenuItem onSelect={() => reply(line)}>
            <Reply className="rtl:-scale-x-100" aria-hidden="true" />
            {t`Reply`}
          </MenuItem>
        )}
        {mayDelete && (
          <MenuItem tone="danger" onSelect={() => session.deleteMessage(line.id)}>
            <Trash2 aria-hidden="true" />
            {t`Delete`}
          </MenuItem>
        )}
      </Menu>
    </div>
  );
}

/** The quoted message of a reply, in one line. */
function Quote({ line }: { line: ChatLine }) {
  return (
    <p className="mb-0.5 truncate border-s-2 border-line-strong ps-2 text-sm text-muted">
      <bdi className="font-medium">{line.name}</bdi>{" "}
      {line.deleted ? <i>{t`Message deleted`}</i> : <bdi>{shownText(line.text)}</bdi>}
    </p>
  );
}

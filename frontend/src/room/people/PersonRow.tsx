import { t } from "@lingui/core/macro";
import { Gamepad2, MessageCircleOff } from "lucide-react";
import type { Person } from "@/sync/protocol";
import { Avatar } from "@/ui/Avatar";
import { Badge } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { useRoomState } from "../state/RoomContext";
import { useFilm } from "../state/roomFacts";
import { PersonMenu } from "./PersonMenu";
import { presence } from "./peopleList";

const DOTS = { good: "bg-good-text", warn: "bg-warn-text", away: "bg-muted" };
const roles = () => ({ host: t`Host`, moderator: t`Co-host`, viewer: null, waiting: null });

export function PersonRow({ person }: { person: Person }) {
  const isMe = useRoomState((state) => state.you?.participant_id === person.id);
  const isActing = useRoomState((state) => state.acting === person.id);
  const filmIsOn = useFilm()?.playable ?? false;
  const { tone, text } = presence(person, filmIsOn);
  const role = roles()[person.role];
  return (
    <li className="flex min-h-14 items-center gap-3 rounded-xl px-2 hover:bg-hover">
      <span className="relative">
        <Avatar name={person.name} seed={person.id} />
        <span
          aria-hidden="true"
          className={cx(
            "absolute -end-0.5 -bottom-0.5 size-3 rounded-full ring-3 ring-surface",
            DOTS[tone],
          )}
        />
      </span>
      <div className="min-w-0 grow">
        <p className="flex items-center gap-1.5">
          <bdi className="truncate font-medium">{person.name}</bdi>
          {isMe && <span className="shrink-0 text-sm text-muted">{t`(you)`}</span>}
        </p>
        <p className="truncate text-xs text-muted">{text}</p>
      </div>
      {person.muted && (
        <MessageCircleOff role="img" aria-label={t`muted in chat`} className="size-4 text-muted" />
      )}
      {(person.ctl != null || isActing) && (
        <Gamepad2 role="img" aria-label={t`has the remote`} className="size-4 text-accent-text" />
      )}
      {role && <Badge tone={person.role === "host" ? "accent" : "neutral"}>{role}</Badge>}
      <PersonMenu person={person} />
    </li>
  );
}

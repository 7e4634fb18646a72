import { plural, t } from "@lingui/core/macro";
import { Clapperboard } from "lucide-react";
import type { RoomCard } from "@/api/rooms";
import { Avatar } from "@/ui/Avatar";
import { Badge } from "@/ui/Badge";
import { formatFilmTime } from "@/ui/filmTime";
import { formatList, isolated } from "@/ui/format";
import { Name } from "@/ui/Name";

/** A room from outside: its name and host, who is there, and the film's position. */
export function CardSummary({ card, isHost }: { card: RoomCard; isHost: boolean }) {
  const names = card.presence?.first_names ?? [];
  const total = card.presence?.total ?? 0;
  return (
    <div>
      <h1 className="text-title font-bold text-balance">
        <bdi>{card.name}</bdi>
      </h1>
      <p className="mt-1 text-muted">
        {isHost
          ? t`You’re the host of this room`
          : t`${isolated(card.host_name)} invited you to watch together`}
      </p>
      {card.film?.title && (
        <p className="mt-3 flex items-center gap-2 font-medium">
          <Clapperboard className="size-5 shrink-0 text-accent-text" aria-hidden="true" />
          <Name>{card.film.title}</Name>
        </p>
      )}
      {total > 0 && (
        <div className="mt-4 flex items-center gap-3">
          <span className="flex -space-x-2">
            {names.slice(0, 4).map((name) => (
              <Avatar key={name} name={name} size="sm" className="ring-2 ring-surface" />
            ))}
          </span>
          <span className="min-w-0 text-sm">{whoIsHere(names, total)}</span>
        </div>
      )}
      {card.position && card.position.position_s > 0 && (
        <Badge tone={card.position.playing ? "good" : "neutral"} className="mt-4 tabular-nums">
          {positionText(card.position)}
        </Badge>
      )}
    </div>
  );
}

function positionText({ playing, position_s }: NonNullable<RoomCard["position"]>): string {
  const at = formatFilmTime(position_s);
  return playing ? t`Playing at ${at}` : t`Paused at ${at}`;
}

/** "Sofie and Max are here": the card has a few first names and the total. */
export function whoIsHere(names: readonly string[], total: number): string {
  const shown = names.slice(0, 3).map(isolated);
  if (shown.length === 0) {
    return plural(total, { one: "One person is here", other: "# people are here" });
  }
  const more = total - shown.length;
  if (more > 0) {
    const first = shown.join(", ");
    return plural(more, {
      one: `${first} and # more are here`,
      other: `${first} and # more are here`,
    });
  }
  const here = formatList(shown);
  return plural(shown.length, { one: `${here} is here`, other: `${here} are here` });
}

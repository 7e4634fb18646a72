/** The list of people: its order, and what it shows about each person. Pure. */
import { t } from "@lingui/core/macro";
import type { Person, Role } from "@/sync/protocol";
import { formatFilmTime } from "@/ui/filmTime";

const RANK: Record<Role, number> = { host: 0, moderator: 1, viewer: 2, waiting: 3 };

/** The visitor first, then by role, then by name, so that people keep their place in the list. */
export function inOrder(people: readonly Person[], me: string | undefined): Person[] {
  return [...people].sort(
    (a, b) =>
      Number(b.id === me) - Number(a.id === me) ||
      RANK[a.role] - RANK[b.role] ||
      a.name.localeCompare(b.name) ||
      a.id.localeCompare(b.id),
  );
}

interface PresenceStatus {
  tone: "good" | "warn" | "away";
  text: string;
}

/** Viewers notice a larger difference than this. */
const IN_SYNC_MS = 250;

/** The dot beside a person's name, as a colour and in text. Without a film, no one is in or out of sync. */
export function presence(person: Person, filmIsOn: boolean): PresenceStatus {
  switch (person.state) {
    case "ok":
      if (!filmIsOn) return { tone: "good", text: t`here` };
      return Math.abs(person.err_ms ?? 0) < IN_SYNC_MS
        ? { tone: "good", text: t`in sync` }
        : { tone: "warn", text: t`catching up` };
    case "buffering":
      return { tone: "warn", text: t`buffering` };
    case "blocked":
      return { tone: "warn", text: t`hasn’t joined playback` };
    case "hidden":
      return { tone: "away", text: t`in another tab` };
    case "detached":
      return { tone: "away", text: ownPace(person) };
    case "reconnecting":
      return { tone: "away", text: t`reconnecting` };
  }
}

function ownPace({ pos_s }: Person): string {
  return pos_s == null
    ? t`watching on their own`
    : t`watching on their own (${formatFilmTime(pos_s)})`;
}

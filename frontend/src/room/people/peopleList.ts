import type { Person, Role } from "@/sync/protocol";
import { formatFilmTime } from "@/ui/filmTime";

const RANK: Record<Role, number> = { host: 0, moderator: 1, viewer: 2, waiting: 3 };

/** Oneself first, then by role, then by name: a list in which people keep their place. */
export function inOrder(people: readonly Person[], me: string | undefined): Person[] {
  return [...people].sort(
    (a, b) =>
      Number(b.id === me) - Number(a.id === me) ||
      RANK[a.role] - RANK[b.role] ||
      a.name.localeCompare(b.name) ||
      a.id.localeCompare(b.id),
  );
}

/** What the dot beside a person's name says, as a colour and in words. */
export interface Presence {
  tone: "good" | "warn" | "away";
  words: string;
}

/** Two people whose pictures are further apart than this notice it. */
const APART_MS = 250;

/** `filmIsOn`: without a film there is nothing to be in step with. */
export function presence(person: Person, filmIsOn: boolean): Presence {
  switch (person.state) {
    case "ok":
      if (!filmIsOn) return { tone: "good", words: "here" };
      return Math.abs(person.err_ms ?? 0) < APART_MS
        ? { tone: "good", words: "in sync" }
        : { tone: "warn", words: "catching up" };
    case "buffering":
      return { tone: "warn", words: "buffering" };
    case "blocked":
      return { tone: "warn", words: "hasn’t joined playback" };
    case "hidden":
      return { tone: "away", words: "in another tab" };
    case "detached":
      return { tone: "away", words: `watching on their own${place(person)}` };
    case "reconnecting":
      return { tone: "away", words: "reconnecting" };
  }
}

function place(person: Person): string {
  return person.pos_s == null ? "" : ` (${formatFilmTime(person.pos_s)})`;
}

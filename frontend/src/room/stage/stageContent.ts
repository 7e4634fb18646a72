/** What the stage shows in place of the film, decided from what the store says about it. */
import type { Film } from "@/api/rooms";
import type { Video } from "@/api/videos";

export type Scene =
  | { kind: "film"; film: Film }
  | { kind: "arriving"; film: Film | Video }
  | { kind: "failed"; film: Film | Video }
  | { kind: "add" }
  | { kind: "nothing_yet" }
  | { kind: "unknown" };

interface Facts {
  /** Undefined until the first answer. */
  film: Film | null | undefined;
  /** What this person has chosen and what cannot be shown yet. */
  pending: Video | undefined;
  mayAdd: boolean;
}

export function scene({ film, pending, mayAdd }: Facts): Scene {
  if (film === undefined) return { kind: "unknown" };
  if (film?.playable) return { kind: "film", film };
  const coming = pending ?? film;
  if (coming === null) return { kind: mayAdd ? "add" : "nothing_yet" };
  return { kind: coming.status === "failed" ? "failed" : "arriving", film: coming };
}

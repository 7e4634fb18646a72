/** What the stage shows: the film, or what is in its place. Pure. */
import type { Film } from "@/api/rooms";
import type { Video } from "@/api/videos";

export type StageContent =
  | { kind: "film"; film: Film }
  | { kind: "incoming"; film: Film | Video }
  | { kind: "stopped" }
  | { kind: "failed"; film: Film | Video }
  | { kind: "add_film" }
  | { kind: "no_film" }
  | { kind: "unknown" };

interface StageFacts {
  /** Undefined until it has been loaded. */
  film: Film | null | undefined;
  /** The film that this visitor has chosen and that is not playable yet. */
  pending: Video | undefined;
  mayAdd: boolean;
  /** The site serves no films at present. */
  stopped: boolean;
}

export function stageContent({ film, pending, mayAdd, stopped }: StageFacts): StageContent {
  if (film === undefined) return { kind: "unknown" };
  if (film?.playable) return stopped ? { kind: "stopped" } : { kind: "film", film };
  const next = pending ?? film;
  if (next === null) return { kind: mayAdd ? "add_film" : "no_film" };
  return { kind: next.status === "failed" ? "failed" : "incoming", film: next };
}

/** The films that were chosen before they could be played, one for each room of this tab. Pure. */

/** Video ids by room id. */
export type PendingFilms = Readonly<Record<string, string>>;

/** The films that were saved, or none if they cannot be read. */
export function savedFilms(text: string | null): PendingFilms {
  try {
    const saved: unknown = JSON.parse(text ?? "{}");
    return typeof saved === "object" && saved !== null ? (saved as PendingFilms) : {};
  } catch {
    return {};
  }
}

/**
 * What becomes of a chosen film: it is shown as soon as it is playable, and given up if it cannot be prepared while
 * another film is on. With no other film the stage says why.
 */
export function fateOf(
  chosen: { playable: boolean; status: string } | undefined,
  filmIsOn: boolean,
): "show" | "give_up" | "wait" {
  if (chosen?.playable) return "show";
  return chosen?.status === "failed" && filmIsOn ? "give_up" : "wait";
}

export function withFilm(
  films: PendingFilms,
  roomId: string,
  videoId: string | null,
): PendingFilms {
  const { [roomId]: _, ...others } = films;
  return videoId === null ? others : { ...others, [roomId]: videoId };
}

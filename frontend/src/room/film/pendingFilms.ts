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

export function withFilm(
  films: PendingFilms,
  roomId: string,
  videoId: string | null,
): PendingFilms {
  const { [roomId]: _, ...others } = films;
  return videoId === null ? others : { ...others, [roomId]: videoId };
}

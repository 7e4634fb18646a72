/**
 * Which renditions and tracks a master playlist names. A film that is still being made
 * gains some; hls.js does not read its master again, so the player compares. Pure.
 */

/** The addresses in it, sorted. Bandwidths are left out: they change with every segment made. */
export function namedPlaylists(master: string): string[] {
  const lines = master.split(/\r?\n/);
  const variants = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const tracks = lines.flatMap((line) => {
    const uri = line.startsWith("#EXT-X-MEDIA") ? /URI="([^"]*)"/.exec(line)?.[1] : undefined;
    return uri === undefined ? [] : [uri];
  });
  return [...variants, ...tracks].sort();
}

/** True when `now` names something that `before` did not. */
export function hasGrown(before: string[], now: string[]): boolean {
  const known = new Set(before);
  return now.some((uri) => !known.has(uri));
}

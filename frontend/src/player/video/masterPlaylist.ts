/**
 * Which playlists a master playlist lists. The master of a film that is still being encoded gains entries;
 * hls.js does not reload it, so `HlsStream` compares. Pure.
 */

/** The URIs in the master, sorted. Bandwidths are ignored: they change with every new segment. */
export function listedPlaylists(master: string): string[] {
  const lines = master.split(/\r?\n/);
  const variants = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const tracks = lines.flatMap((line) => {
    const uri = line.startsWith("#EXT-X-MEDIA") ? /URI="([^"]*)"/.exec(line)?.[1] : undefined;
    return uri === undefined ? [] : [uri];
  });
  return [...variants, ...tracks].sort();
}

/** True if `now` lists something that `before` did not. */
export function hasGrown(before: string[], now: string[]): boolean {
  const known = new Set(before);
  return now.some((uri) => !known.has(uri));
}

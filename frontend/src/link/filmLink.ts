/** What somebody pasted, as a link to a film that browsers play by themselves. Pure. */

export interface FilmLink {
  source_url: string;
  title: string;
}

const PLAYABLE = /\.(mp4|m4v|m3u8)$/i;

/** The link with a title out of its last part, or the sentence that says what is wrong with it. */
export function readFilmLink(pasted: string, pageProtocol: string): FilmLink | string {
  const url = parsed(pasted);
  if (url === null) return "A link begins with https://";
  if (url.username || url.password)
    return "Everybody in the room sees the link, so it must not hold a password.";
  if (url.protocol === "http:" && pageProtocol === "https:")
    return "Browsers refuse http:// links on this page. Use one that begins with https://";
  if (!PLAYABLE.test(url.pathname))
    return "Browsers can play links that end in .mp4 or .m3u8. Download anything else and upload it.";
  return { source_url: url.href, title: titleOf(url) };
}

export function isPlaylist({ source_url }: FilmLink): boolean {
  return /\.m3u8$/i.test(new URL(source_url).pathname);
}

function parsed(pasted: string): URL | null {
  const url = URL.parse(pasted.trim());
  return url && ["http:", "https:"].includes(url.protocol) ? url : null;
}

function titleOf(url: URL): string {
  const last = url.pathname.split("/").at(-1) ?? "";
  const words = readable(last.replace(PLAYABLE, ""))
    .replace(/[._+\s-]+/g, " ")
    .trim();
  return (words || url.hostname).slice(0, 200);
}

/** A part of an address as it was before it was escaped; as it is, where it was escaped wrongly. */
function readable(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

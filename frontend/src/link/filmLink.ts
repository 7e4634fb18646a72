/** Reads a pasted link to a film that browsers can play. Pure. */

import { parseUrl } from "@/browser/parseUrl";

export interface FilmLink {
  source_url: string;
  title: string;
}

const PLAYABLE = /\.(mp4|m4v|m3u8)$/i;

/** The link with a title from its last path segment, or the sentence that says what is wrong with it. */
export function readFilmLink(pasted: string, pageProtocol: string): FilmLink | string {
  const url = parsed(pasted);
  if (url === null) return "A link starts with https://";
  if (url.username || url.password)
    return "Remove the password from the link: everyone in the room can see it.";
  if (url.protocol === "http:" && pageProtocol === "https:")
    return "Use a link that starts with https://";
  if (!PLAYABLE.test(url.pathname))
    return "Use a link that ends in .mp4 or .m3u8, or download the film and upload it here.";
  return { source_url: url.href, title: titleOf(url) };
}

export function isPlaylist({ source_url }: FilmLink): boolean {
  return /\.m3u8$/i.test(new URL(source_url).pathname);
}

function parsed(pasted: string): URL | null {
  const url = parseUrl(pasted.trim());
  return url && ["http:", "https:"].includes(url.protocol) ? url : null;
}

function titleOf(url: URL): string {
  const last = url.pathname.split("/").at(-1) ?? "";
  const words = decoded(last.replace(PLAYABLE, ""))
    .replace(/[._+\s-]+/g, " ")
    .trim();
  return (words || url.hostname).slice(0, 200);
}

/** The decoded path segment, or the segment itself if its escapes are invalid. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

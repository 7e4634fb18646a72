/** Reads a pasted link to a film that browsers can play. Pure. */

import { t } from "@lingui/core/macro";
import { parseUrl } from "@/browser/parseUrl";

export interface FilmLink {
  source_url: string;
  title: string;
}

const PLAYABLE = /\.(mp4|m4v|m3u8)$/i;
const whatWorks = () =>
  t`What works: a film file that you upload here, or a link to the file itself, which ends in .mp4 or .m3u8.`;

/** Sites that people try, by the end of their host name. */
const STREAMING: Record<string, string> = {
  "youtube.com": "YouTube",
  "youtu.be": "YouTube",
  "vimeo.com": "Vimeo",
  "dailymotion.com": "Dailymotion",
  "twitch.tv": "Twitch",
  "netflix.com": "Netflix",
  "disneyplus.com": "Disney+",
  "primevideo.com": "Prime Video",
  "amazon.com": "Prime Video",
  "amazon.de": "Prime Video",
  "amazon.co.uk": "Prime Video",
  "hulu.com": "Hulu",
  "hbomax.com": "HBO Max",
  "max.com": "HBO Max",
  "tv.apple.com": "Apple TV",
  "paramountplus.com": "Paramount+",
  "peacocktv.com": "Peacock",
  "crunchyroll.com": "Crunchyroll",
  "mubi.com": "MUBI",
  "plex.tv": "Plex",
  "bbc.co.uk": "BBC iPlayer",
  "arte.tv": "ARTE",
  "tiktok.com": "TikTok",
  "instagram.com": "Instagram",
  "facebook.com": "Facebook",
  "reddit.com": "Reddit",
  "x.com": "X",
};
/** Their links lead to a page around a file. */
const STORAGE: Record<string, string> = {
  "drive.google.com": "Google Drive",
  "photos.app.goo.gl": "Google Photos",
  "photos.google.com": "Google Photos",
  "dropbox.com": "Dropbox",
  "1drv.ms": "OneDrive",
  "onedrive.live.com": "OneDrive",
  "sharepoint.com": "SharePoint",
  "icloud.com": "iCloud",
  "mega.nz": "MEGA",
  "wetransfer.com": "WeTransfer",
  "we.tl": "WeTransfer",
};

/** The link with a title from its last path segment, or the sentence that says what is wrong with it. */
export function readFilmLink(pasted: string, pageProtocol: string): FilmLink | string {
  const url = parsed(pasted);
  if (url === null) return `${t`That isn’t a link.`} ${whatWorks()}`;
  if (url.username || url.password)
    return t`Remove the password from the link: everyone in the room can see it.`;
  if (!PLAYABLE.test(url.pathname)) return notAFile(url);
  if (url.protocol === "http:" && pageProtocol === "https:")
    return t`Use a link that starts with https://`;
  return { source_url: url.href, title: titleOf(url) };
}

export function isPlaylist({ source_url }: FilmLink): boolean {
  return /\.m3u8$/i.test(new URL(source_url).pathname);
}

function notAFile({ hostname }: URL): string {
  const streaming = nameIn(STREAMING, hostname);
  if (streaming)
    return `${t`${streaming} plays only on its own site and in its apps.`} ${whatWorks()}`;
  const storage = nameIn(STORAGE, hostname);
  if (storage) {
    return t`A ${storage} link opens a page, not the film. Download the film from there and upload it here.`;
  }
  return t`This link opens a page on ${hostname.replace(/^www\./, "")}, not a film. ${whatWorks()}`;
}

function nameIn(sites: Record<string, string>, hostname: string): string | undefined {
  const labels = hostname.split(".");
  const ends = labels.map((_, index) => labels.slice(index).join("."));
  const known = ends.find((end) => Object.hasOwn(sites, end));
  return known && sites[known];
}

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const HOST_WITH_PORT = /^[^/:]+:\d+(\/|$)/;

/** People leave out the scheme. */
function parsed(pasted: string): URL | null {
  const text = pasted.trim();
  if (text === "" || /\s/.test(text)) return null;
  const isComplete = SCHEME.test(text) && !HOST_WITH_PORT.test(text);
  const url = parseUrl(isComplete ? text : `https://${text.replace(/^\/\//, "")}`);
  const isSite =
    url !== null &&
    ["http:", "https:"].includes(url.protocol) &&
    /[.:]|^localhost$/.test(url.hostname);
  return isSite ? url : null;
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

/** A film's title from its file's name. Pure. */
import { t } from "@lingui/core/macro";

/** What release names put after the title. The list stops at words that are also titles. */
const RELEASE = new RegExp(
  "^(\\d{3,4}[pi]|4k|8k|uhd|hdr(10)?\\+?|dv|sdr|blu-?ray|b[dr]-?rip|web-?(dl|rip)|hd-?(tv|rip)|dvd-?(rip|scr|r)?|dvd\\d|" +
    "hdcam|[xh]-?26[45]|hevc|avc|av1|xvid|divx|vp9|10-?bit|8-?bit|aac\\d?|e?ac-?3|dts(-hd)?|dd[p+]?\\d|truehd|atmos|flac|" +
    "remux|proper|repack|rerip|unrated|multi|dual|amzn|nf|dsnp|hmax|atvp)$",
  "i",
);
/** Alone these are words of a title; followed by another mark, they are marks. */
const SOMETIMES =
  /^(web|hd|sd|extended|internal|limited|complete|theatrical|uncut|german|english|french|dl|imax|remastered)$/i;
const YEAR = /^[([]?((?:19|20)\d\d)[)\]]?$/;
const EPISODE = /^s\d{1,2}e\d{1,3}$/i;

/** "The.Long.Evening.2019.1080p.BluRay.x264-GROUP.mkv" becomes "The Long Evening (2019)". */
export function titleFrom(filename: string): string {
  const bare = filename.replace(/\.[a-z0-9]{2,4}$/i, "");
  const spaced = bare
    // Groups and checksums in brackets, which only release names have.
    .replace(/^\[[^\]]*\]|\[[0-9a-f]{8}\]/gi, " ")
    .replace(/[._+]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  const words = withoutRelease(spaced.split(" "));
  return words.join(" ").slice(0, 200) || spaced.slice(0, 200) || t`Untitled`;
}

function withoutRelease(words: readonly string[]): readonly string[] {
  const mark = words.findIndex((_, index) => index > 0 && isMark(words, index));
  if (mark === -1) return words;
  const kept = words.slice(0, mark);
  const year = kept.length > 1 ? YEAR.exec(kept.at(-1) ?? "")?.[1] : undefined;
  const title = year ? [...kept.slice(0, -1), `(${year})`] : kept;
  // What precedes the marks, such as a dash.
  return /^[-–]$/.test(title.at(-1) ?? "") ? title.slice(0, -1) : title;
}

function isMark(words: readonly string[], index: number): boolean {
  const word = bareWord(words[index]);
  if (isRelease(word)) return true;
  return SOMETIMES.test(word) && index + 1 < words.length && isMark(words, index + 1);
}

/** "x264-GROUP" is a mark with its group; "Spider-Man" is none. */
function isRelease(word: string): boolean {
  return RELEASE.test(word) || RELEASE.test(word.split("-")[0] ?? "");
}

const bareWord = (word = "") => (EPISODE.test(word) ? "" : word.replace(/^[([]|[)\]]$/g, ""));

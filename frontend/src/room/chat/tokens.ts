/**
 * Splits the text of a chat message into text, web links and film times. The result is data, never markup, so what
 * people type can only be shown, not executed.
 */

import { parseUrl } from "@/browser/parseUrl";
import { parseFilmTime } from "@/ui/filmTime";

export type Token =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "time"; text: string; position_s: number };

const FIND = /https?:\/\/[^\s<>"]+|(?:\d{1,2}:)?\d{1,2}:\d{2}(?![\d:])/giu;
/** Before a film time: then it is part of a longer number. A lookbehind would be a syntax error in Safari 16.3. */
const CONTINUES = /[\d:.]$/;
const CLOSERS: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/**
 * Control characters and marks that change the reading direction: a message must not be able to disguise a link or its
 * neighbours. Line breaks stay.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

export function tokenise(message: string): Token[] {
  const text = message.replace(UNSAFE, "");
  const tokens: Token[] = [];
  let done = 0;
  for (const match of text.matchAll(FIND)) {
    const [found] = match;
    const token = found.includes("//") ? asLink(found) : asTime(found, text.slice(0, match.index));
    if (!token) continue;
    if (match.index > done) tokens.push({ kind: "text", text: text.slice(done, match.index) });
    tokens.push(token);
    done = match.index + token.text.length;
  }
  if (done < text.length) tokens.push({ kind: "text", text: text.slice(done) });
  return tokens;
}

function asTime(found: string, before: string): Token | null {
  const position_s = CONTINUES.test(before) ? null : parseFilmTime(found);
  return position_s === null ? null : { kind: "time", text: found, position_s };
}

function asLink(found: string): Token | null {
  const text = withoutSentenceEnd(found);
  const url = parseUrl(text);
  if (url === null) return null;
  // A user name before the host is how links pretend to lead elsewhere.
  if (url.username || url.password) return null;
  return { kind: "link", text, href: url.href };
}

/** "(see https://a.example/x_(y))." keeps the bracket that the URL itself opened. */
function withoutSentenceEnd(found: string): string {
  let text = found;
  for (;;) {
    const last = text.at(-1) ?? "";
    const opener = CLOSERS[last];
    const unbalanced = opener !== undefined && count(text, last) > count(text, opener);
    if (!unbalanced && !".,;:!?'".includes(last)) return text;
    text = text.slice(0, -1);
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

import { i18n } from "@lingui/core";

/** A sentence of the server in the page's language, by its code; the server's own, which is English, if there is none. */
export function serverSentence(code: string, english: string): string {
  const id = `server.${code}`;
  return Object.hasOwn(i18n.messages, id) ? i18n._(id) : english;
}

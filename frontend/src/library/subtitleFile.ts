/** What a subtitle file's name says about it. Pure. */
import { t } from "@lingui/core/macro";

export interface SubtitleFacts {
  language: string;
  label: string;
}

/** The languages to choose from. */
export const LANGUAGES = [
  "en",
  "de",
  "fr",
  "es",
  "it",
  "pt",
  "nl",
  "pl",
  "cs",
  "sv",
  "da",
  "no",
  "fi",
  "hu",
  "ro",
  "el",
  "tr",
  "uk",
  "ru",
  "ar",
  "he",
  "fa",
  "hi",
  "id",
  "vi",
  "th",
  "zh",
  "ja",
  "ko",
];

const unknown = (): SubtitleFacts => ({ language: "und", label: t`Subtitles` });

/** The language's own name for itself. */
export function languageLabel(language: string): string {
  const name = new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** "film.de.srt" is German. A name without a language returns `und`. */
export function factsFrom(filename: string): SubtitleFacts {
  const tag = /[._-]([a-z]{2})(?:[._-](?:forced|sdh|cc))?\.(?:srt|vtt)$/i
    .exec(filename)?.[1]
    ?.toLowerCase();
  if (!tag || !LANGUAGES.includes(tag)) return unknown();
  return { language: tag, label: languageLabel(tag) };
}

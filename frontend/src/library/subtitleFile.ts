/** What a subtitle file's name says of it. Pure. */

export interface SubtitleFacts {
  language: string;
  label: string;
}

/** Languages to choose from; each is called by its own name. */
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

const UNKNOWN: SubtitleFacts = { language: "und", label: "Subtitles" };

export function languageLabel(language: string): string {
  const name = new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** "film.de.srt" is German; a name that says nothing is left to the person. */
export function factsFrom(filename: string): SubtitleFacts {
  const tag = /[._-]([a-z]{2})(?:[._-](?:forced|sdh|cc))?\.(?:srt|vtt)$/i
    .exec(filename)?.[1]
    ?.toLowerCase();
  if (!tag || !LANGUAGES.includes(tag)) return UNKNOWN;
  return { language: tag, label: languageLabel(tag) };
}

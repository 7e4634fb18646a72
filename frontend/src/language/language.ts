/** The page's language: the browser's, or the one chosen on this device. English is in the code; each other language is a catalog, loaded when needed. */
import { i18n, type Messages } from "@lingui/core";
import { storage } from "@/browser/storage";
import { sentenceKey } from "./sentenceKey";

export const LANGUAGES = {
  en: "English",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  ja: "日本語",
  ar: "العربية",
} as const;

export type Language = keyof typeof LANGUAGES;

const KEY = "watchparty.language";
const RIGHT_TO_LEFT: ReadonlySet<Language> = new Set(["ar"]);

const catalogs = import.meta.glob<{ messages: Messages }>("./catalogs/*.po");

// A sentence that is formed before `startLanguage` has finished is English.
// A build has the sentences without placeholders by their key (compiledEnglish.ts); Lingui asks for those it does not find.
if (import.meta.env.PROD) {
  i18n.setMessagesCompiler((text) => compiled(i18n.messages[sentenceKey(text)] ?? text));
}
i18n.loadAndActivate({ locale: "en", locales: ["en-GB"], messages: {} });

/** The first of the browser's languages (BCP 47 tags, best first) that the page has. */
export function bestLanguage(wanted: readonly string[]): Language {
  const bases = wanted.map((tag) => tag.toLowerCase().split("-")[0] ?? "");
  return bases.find(isLanguage) ?? "en";
}

/**
 * The tag by which dates, numbers and lists are formatted: the visitor's region (`de-AT`) if the browser names one.
 * English is written in the spelling of `en-GB`. Arabic keeps the digits of timecodes and links in every number.
 */
export function formattingTag(language: Language, wanted: readonly string[]): string {
  if (language === "en") return "en-GB";
  const regional = wanted.find((tag) => bestLanguage([tag]) === language) ?? language;
  return language === "ar" ? `${regional}-u-nu-latn` : regional;
}

export const currentDirection = () => (RIGHT_TO_LEFT.has(currentLanguage()) ? "rtl" : "ltr");

export function currentLanguage(): Language {
  return isLanguage(i18n.locale) ? i18n.locale : "en";
}

/** Loads the language chosen on this device, else the browser's; English when the catalog cannot be loaded. */
export async function startLanguage(): Promise<void> {
  const stored = storage.getItem(KEY) ?? "";
  try {
    await use(isLanguage(stored) ? stored : bestLanguage(navigator.languages));
  } catch (error) {
    console.error(error);
  }
}

/** Switches the page to a language and remembers it on this device. Throws when the catalog cannot be loaded. */
export async function chooseLanguage(language: Language): Promise<void> {
  await use(language);
  storage.setItem(KEY, language);
}

async function use(language: Language): Promise<void> {
  const catalog = await catalogs[`./catalogs/${language}.po`]?.();
  const tag = formattingTag(language, navigator.languages);
  i18n.loadAndActivate({ locale: language, locales: [tag], messages: catalog?.messages ?? {} });
  document.documentElement.lang = language === "en" ? "en-GB" : language;
  document.documentElement.dir = currentDirection();
}

const compiled = (message: Messages[string]) => (typeof message === "string" ? [message] : message);

function isLanguage(text: string): text is Language {
  return Object.hasOwn(LANGUAGES, text);
}

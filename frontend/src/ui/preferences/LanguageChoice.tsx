import { t } from "@lingui/core/macro";
import { ChevronDown, Languages } from "lucide-react";
import { chooseLanguage, currentLanguage, LANGUAGES, type Language } from "@/language/language";
import { showToast } from "../Toast";

/** The languages under their own names, in the browser's own list: it is on pages that load no other list. */
export function LanguageChoice() {
  return (
    <label className="relative flex items-center rounded-xl text-muted ring-1 ring-line hover:text-text has-focus-visible:outline-2 has-focus-visible:outline-accent-text">
      <Languages className="pointer-events-none absolute start-3 size-4" aria-hidden="true" />
      <span className="sr-only">{t`Language`}</span>
      <select
        className="min-h-11 appearance-none rounded-xl bg-transparent ps-9 pe-9 text-sm outline-none *:bg-raised *:text-text"
        value={currentLanguage()}
        onChange={(event) => void changeLanguage(event.target.value as Language)}
      >
        {LANGUAGE_OPTIONS.map(({ value, label }) => (
          <option key={value} value={value} lang={value}>
            {label}
          </option>
        ))}
      </select>
      <ChevronDown className="pointer-events-none absolute end-3 size-4" aria-hidden="true" />
    </label>
  );
}

export const LANGUAGE_OPTIONS = Object.entries(LANGUAGES).map(([value, label]) => ({
  value,
  label,
}));

/** Says so when the catalog cannot be loaded. */
export async function changeLanguage(language: Language): Promise<void> {
  try {
    await chooseLanguage(language);
  } catch {
    showToast(t`The language could not be loaded. Check your connection.`, { tone: "danger" });
  }
}

import { t } from "@lingui/core/macro";
import { Check } from "lucide-react";
import { currentLanguage, type Language } from "@/language/language";
import { Dialog } from "../Dialog";
import { changeLanguage, LANGUAGE_OPTIONS } from "./LanguageChoice";

/** The languages as a list, for menus: a menu beside a menu does not fit a phone. */
export default function LanguageDialog({ onClose }: { onClose: () => void }) {
  const current = currentLanguage();
  return (
    <Dialog open onOpenChange={onClose} title={t`Language`} size="sm">
      <div className="flex flex-col gap-1">
        {LANGUAGE_OPTIONS.map(({ value, label }) => (
          <button
            key={value}
            type="button"
            lang={value}
            aria-pressed={value === current}
            className="flex min-h-11 items-center justify-between gap-3 rounded-xl px-3 hover:bg-hover"
            onClick={() => {
              void changeLanguage(value as Language);
              onClose();
            }}
          >
            {label}
            {value === current && <Check className="size-4 text-accent-text" aria-hidden="true" />}
          </button>
        ))}
      </div>
    </Dialog>
  );
}

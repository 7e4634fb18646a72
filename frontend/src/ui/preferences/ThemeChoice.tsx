import { t } from "@lingui/core/macro";
import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { cx } from "../cx";
import { applyTheme, currentTheme, type Theme } from "./theme";

const choices = (): Array<{ value: Theme; label: string; Icon: typeof Sun }> => [
  { value: "system", label: t`System`, Icon: Monitor },
  { value: "dark", label: t`Dark`, Icon: Moon },
  { value: "light", label: t`Light`, Icon: Sun },
];

export function ThemeChoice() {
  const [theme, setTheme] = useState(currentTheme);
  return (
    <fieldset className="flex rounded-xl ring-1 ring-line">
      <legend className="sr-only">{t`Theme`}</legend>
      {choices().map(({ value, label, Icon }) => (
        <label
          key={value}
          title={label}
          className={cx(
            "grid size-11 cursor-pointer place-items-center rounded-xl has-focus-visible:outline-2 has-focus-visible:outline-accent-text",
            theme === value ? "bg-hover text-text" : "text-muted hover:text-text",
          )}
        >
          <input
            type="radio"
            name="theme"
            className="sr-only"
            checked={theme === value}
            onChange={() => {
              applyTheme(value);
              setTheme(value);
            }}
          />
          <Icon className="size-4" aria-hidden="true" />
          <span className="sr-only">{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

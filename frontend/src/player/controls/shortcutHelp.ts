/** The list of keys for the help sheet. */
import { t } from "@lingui/core/macro";

interface ShortcutHelp {
  keys: string[];
  meaning: string;
  needs?: "volume" | "fullscreen" | "pip" | "chapters";
}

/** What this browser and the film offer. */
export type Abilities = Record<NonNullable<ShortcutHelp["needs"]>, boolean>;

/** The list for the help sheet: only what works here. */
export function shortcutHelp(can: Abilities): ShortcutHelp[] {
  return shortcutHelpText().filter(({ needs }) => needs === undefined || can[needs]);
}

const shortcutHelpText = (): ShortcutHelp[] => [
  { keys: [t`Space bar`, "K"], meaning: t`Play or pause` },
  { keys: ["J", "L"], meaning: t`Skip ±10 s` },
  { keys: ["←", "→"], meaning: t`Skip ±5 s` },
  { keys: ["0", "…", "9"], meaning: t`Jump to 0–90%` },
  { keys: ["P", "N"], meaning: t`Previous or next chapter`, needs: "chapters" },
  { keys: ["↑", "↓"], meaning: t`Volume`, needs: "volume" },
  { keys: ["M"], meaning: t`Mute` },
  { keys: ["C"], meaning: t`Subtitles` },
  { keys: ["F"], meaning: t`Full screen`, needs: "fullscreen" },
  { keys: ["T"], meaning: t`Theatre mode` },
  { keys: ["I"], meaning: t`Picture in picture`, needs: "pip" },
  { keys: ["/"], meaning: t`Write a message` },
  { keys: ["R"], meaning: t`React` },
  { keys: ["?"], meaning: t`Show shortcuts` },
];

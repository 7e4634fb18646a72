import { t } from "@lingui/core/macro";
import { useState } from "react";
import { Dialog } from "@/ui/Dialog";
import { Switch } from "@/ui/Switch";
import { readPreferences, savePreferences } from "../video/preferences";
import { type Abilities, shortcutHelp } from "./shortcutHelp";

interface ShortcutSheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  can: Abilities;
}

export default function ShortcutSheet({ open, onOpenChange, can }: ShortcutSheetProps) {
  const [enabled, setEnabled] = useState(() => readPreferences().shortcuts);
  const change = (shortcuts: boolean) => {
    savePreferences({ shortcuts });
    setEnabled(shortcuts);
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t`Keyboard shortcuts`}>
      <dl className="mb-5 space-y-1">
        {shortcutHelp(can).map(({ keys, meaning }) => (
          <div key={meaning} className="flex items-center justify-between gap-4 py-1">
            <dt>{meaning}</dt>
            <dd className="flex gap-1.5">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="min-w-7 rounded-md bg-hover px-2 py-0.5 text-center font-sans text-sm ring-1 ring-line ring-inset"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Switch
        label={t`Single-key shortcuts`}
        hint={t`Turn off to avoid accidental key presses.`}
        checked={enabled}
        onChange={change}
      />
    </Dialog>
  );
}

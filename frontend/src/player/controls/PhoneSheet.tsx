import { t } from "@lingui/core/macro";
import { Settings2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { ControlButton } from "./ControlButton";

const PlayerSheet = lazy(() => import("./PlayerSheet"));

/** On a phone there is room for one button; it opens a sheet with everything that is rarely changed. */
export function PhoneSheet() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <ControlButton
        label={t`Subtitles, quality and more`}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <Settings2 aria-hidden="true" />
      </ControlButton>
      {open && (
        <Suspense>
          <PlayerSheet onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

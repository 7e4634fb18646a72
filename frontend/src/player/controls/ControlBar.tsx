import { t } from "@lingui/core/macro";
import { Hand } from "lucide-react";
import { lazy, Suspense } from "react";
import { cx } from "@/ui/cx";
import { useMayControl, usePlayerView, useSessionState, useStage } from "../playback/StageContext";
import { CaptionsMenu, ChaptersMenu, SettingsMenu } from "./Menus";
import { PhoneSheet } from "./PhoneSheet";
import { PlayButton, SkipButton } from "./PlayControls";
import { FullscreenButton, PipButton, TheatreButton } from "./ScreenButtons";
import { ScrubBar } from "./ScrubBar";
import { TimeLabel } from "./TimeLabel";
import { VolumeControl } from "./VolumeControl";

const CastButton = lazy(() => import("./CastButton"));

/** Hidden controls must not receive taps: unlike a mouse, a finger does not show them by moving first. */
const TOUCHABLE =
  "pointer-events-auto pointer-coarse:group-data-[idle=true]/controls:pointer-events-none";

/** The controls below the film. Narrow stages show only the most used ones; the others are in a sheet. */
export function ControlBar() {
  const mayControl = useMayControl();
  const { fullscreen } = useStage();
  const canCast = usePlayerView((view) => view.canCast);
  return (
    // Time runs from left to right, in every language.
    <div
      dir="ltr"
      className="absolute inset-x-0 bottom-0 bg-linear-to-t from-black/85 via-black/60 to-transparent px-2 pt-6 @sm:px-3 pb-[max(0.375rem,env(safe-area-inset-bottom))] @xl:px-4"
    >
      <div className={TOUCHABLE}>
        <ScrubBar />
      </div>
      <div className={cx("flex items-center", TOUCHABLE)}>
        <div className={cx(mayControl && "pointer-coarse:hidden")}>
          <PlayButton />
        </div>
        <div className="hidden items-center @xl:pointer-fine:flex">
          <SkipButton by="back" />
          <SkipButton by="ahead" />
        </div>
        <VolumeControl />
        <TimeLabel />
        <div className="grow" />
        <AskButton />
        <div className="hidden items-center @xl:flex">
          <ChaptersMenu />
          <CaptionsMenu />
          <SettingsMenu />
          <PipButton />
          {canCast && (
            <Suspense>
              <CastButton />
            </Suspense>
          )}
        </div>
        <div className="@xl:hidden">
          <PhoneSheet />
        </div>
        <div className={cx(fullscreen.possible && "hidden @xl:block")}>
          <TheatreButton />
        </div>
        <FullscreenButton />
      </div>
    </div>
  );
}

/** The large buttons in the middle, for touch screens. At the end of the film, its own buttons are there. */
export function ThumbControls() {
  const mayControl = useMayControl();
  const ended = useSessionState((state) => state.playback?.mode === "ended");
  if (!mayControl || ended) return null;
  return (
    <div className="pointer-events-none absolute inset-0 hidden place-items-center pointer-coarse:grid">
      <div className={cx("flex items-center gap-7", TOUCHABLE)}>
        <SkipButton by="back" large />
        <PlayButton large />
        <SkipButton by="ahead" large />
      </div>
    </div>
  );
}

/** For viewers who may not control the film. */
function AskButton() {
  const { onAskControl } = useStage();
  if (useMayControl()) return null;
  return (
    <button
      type="button"
      onClick={onAskControl}
      aria-label={t`Ask for remote`}
      className="me-1 flex min-h-9 pointer-coarse:min-h-11 shrink-0 items-center gap-1.5 rounded-full bg-white/15 px-3.5 text-sm font-semibold text-white hover:bg-white/25"
    >
      <Hand className="size-4" aria-hidden="true" />
      <span className="hidden @md:inline">{t`Ask for remote`}</span>
      <span className="sr-only @sm:not-sr-only @md:hidden">{t`Ask`}</span>
    </button>
  );
}

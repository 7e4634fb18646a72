import { t } from "@lingui/core/macro";
import { Maximize, Minimize, PictureInPicture2, RectangleHorizontal, Shrink } from "lucide-react";
import { usePlayerView, useStage } from "../playback/StageContext";
import { ControlButton } from "./ControlButton";

export function PipButton() {
  const { player } = useStage();
  const possible = usePlayerView((view) => view.canPip);
  const on = usePlayerView((view) => view.inPip);
  if (!possible) return null;
  return (
    <ControlButton
      label={t`Picture in picture`}
      shortcut="I"
      pressed={on}
      onClick={() => void player.togglePip()}
    >
      <PictureInPicture2 aria-hidden="true" />
    </ControlButton>
  );
}

export function TheatreButton() {
  const { theatre, onTheatre, fullscreen } = useStage();
  if (fullscreen.on) return null;
  const Icon = theatre ? Shrink : RectangleHorizontal;
  return (
    <ControlButton
      label={theatre ? t`Exit theatre mode` : t`Theatre mode`}
      shortcut="T"
      pressed={theatre}
      tip={fullscreen.possible ? "center" : "end"}
      onClick={() => onTheatre(!theatre)}
    >
      <Icon aria-hidden="true" />
    </ControlButton>
  );
}

export function FullscreenButton() {
  const { fullscreen, player } = useStage();
  const native = usePlayerView((view) => view.canNativeFullscreen);
  if (!fullscreen.possible && !native) return null;
  const Icon = fullscreen.on ? Minimize : Maximize;
  return (
    <ControlButton
      label={fullscreen.on ? t`Exit full screen` : t`Full screen`}
      shortcut="F"
      tip="end"
      onClick={fullscreen.possible ? fullscreen.toggle : () => player.enterNativeFullscreen()}
    >
      <Icon aria-hidden="true" />
    </ControlButton>
  );
}

import { t } from "@lingui/core/macro";
import { Volume1, Volume2, VolumeX } from "lucide-react";
import { Slider } from "radix-ui";
import { usePlayerView, useStage } from "../playback/StageContext";
import { ControlButton } from "./ControlButton";

export function VolumeControl() {
  const { player } = useStage();
  const volume = usePlayerView((view) => view.volume);
  const muted = usePlayerView((view) => view.muted || view.soundBlocked);
  const canSet = usePlayerView((view) => view.canSetVolume);
  const loudness = muted ? 0 : volume;
  const Icon = loudness === 0 ? VolumeX : loudness < 0.5 ? Volume1 : Volume2;
  return (
    <div className="group/volume flex items-center">
      <ControlButton
        label={muted ? t`Unmute` : t`Mute`}
        shortcut="M"
        onClick={() => player.setMuted(!muted)}
      >
        <Icon aria-hidden="true" />
      </ControlButton>
      {canSet && (
        <Slider.Root
          dir="ltr"
          value={[Math.round(loudness * 100)]}
          max={100}
          step={5}
          onValueChange={([value = 0]) => player.setVolume(value / 100)}
          className="relative flex h-11 w-0 touch-none items-center overflow-hidden opacity-0 transition-[width,opacity] duration-200 select-none group-focus-within/volume:w-24 group-focus-within/volume:opacity-100 group-hover/volume:w-24 group-hover/volume:opacity-100 pointer-coarse:hidden"
        >
          <Slider.Track className="relative mx-2 h-1 grow rounded-full bg-white/30">
            <Slider.Range className="absolute h-full rounded-full bg-white" />
          </Slider.Track>
          <Slider.Thumb
            aria-label={t`Volume`}
            className="block size-3.5 rounded-full bg-white shadow-low"
          />
        </Slider.Root>
      )}
    </div>
  );
}

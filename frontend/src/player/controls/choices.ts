/** The choices that the menus, and the sheet on phones, list. */
import { t } from "@lingui/core/macro";
import { isDetached, mayControlRoom } from "@/sync/playbackControls";
import { usePlayerView, useSessionState, useStage } from "../playback/StageContext";

export interface ChoiceList {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  choose: (value: string) => void;
}

const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];

export function useSubtitleChoice(): ChoiceList | null {
  const { player } = useStage();
  const { options, current } = usePlayerView((view) => view.subtitles);
  if (options.length === 0) return null;
  return {
    label: t`Subtitles`,
    value: String(current),
    options: [{ value: "-1", label: t`Off` }, ...options.map(listed)],
    choose: (value) => player.captions.choose(Number(value)),
  };
}

export function useQualityChoice(): ChoiceList | null {
  const { player } = useStage();
  const { options, current } = usePlayerView((view) => view.quality);
  const shown = usePlayerView((view) => view.shownQuality);
  if (options.length < 2) return null;
  const automatic = current === -1 && shown !== null ? t`Auto (${shown})` : t`Auto`;
  return {
    label: t`Quality`,
    value: String(current),
    options: [{ value: "-1", label: automatic }, ...options.map(listed).reverse()],
    choose: (value) => player.setQuality(Number(value)),
  };
}

export function useAudioChoice(): ChoiceList | null {
  const { player } = useStage();
  const { options, current } = usePlayerView((view) => view.audio);
  if (options.length < 2) return null;
  return {
    label: t`Audio`,
    value: String(current),
    options: options.map(listed),
    choose: (value) => player.setAudio(Number(value)),
  };
}

/** The room's speed, for viewers who may change it. */
export function useSpeedChoice(): ChoiceList | null {
  const { controls } = useStage();
  const canControl = useSessionState(mayControlRoom);
  const rate = useSessionState((state) => state.playback?.rate ?? 1);
  const detached = useSessionState(isDetached);
  if (!canControl || detached) return null;
  return {
    label: t`Speed for everyone`,
    value: String(rate),
    options: RATES.map((one) => ({ value: String(one), label: one === 1 ? t`Normal` : `${one}×` })),
    choose: (value) => controls.setRate(Number(value)),
  };
}

const listed = ({ id, label }: { id: number; label: string }) => ({ value: String(id), label });

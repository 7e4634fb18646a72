import { t } from "@lingui/core/macro";
import { Captions, ListVideo, Settings2 } from "lucide-react";
import { cx } from "@/ui/cx";
import { Menu, MenuChoice, MenuItem, MenuSeparator, MenuSubChoice } from "@/ui/Menu";
import { useStage } from "../playback/StageContext";
import { ChapterLabel } from "./ChapterLabel";
import { ControlButton } from "./ControlButton";
import { goToNeighbour, useChapters, useCurrentChapter, usePlayableChapters } from "./chapters";
import { useAudioChoice, useQualityChoice, useSpeedChoice, useSubtitleChoice } from "./choices";

export function CaptionsMenu() {
  const choice = useSubtitleChoice();
  if (choice === null) return null;
  const on = choice.value !== "-1";
  return (
    <Menu
      side="top"
      trigger={
        <ControlButton label={t`Subtitles`} shortcut="C">
          <Captions aria-hidden="true" className={cx(on && "text-accent")} />
        </ControlButton>
      }
    >
      <MenuChoice {...choice} onChange={choice.choose} />
    </Menu>
  );
}

export function ChaptersMenu() {
  const stage = useStage();
  const chapters = useChapters();
  const current = useCurrentChapter(chapters);
  const isPlayable = usePlayableChapters();
  if (chapters.length === 0) return null;
  return (
    <Menu
      side="top"
      trigger={
        <ControlButton label={t`Chapters`} shortcut="P N">
          <ListVideo aria-hidden="true" />
        </ControlButton>
      }
    >
      <MenuItem onSelect={() => goToNeighbour(stage, "previous")}>{t`Previous chapter`}</MenuItem>
      <MenuItem onSelect={() => goToNeighbour(stage, "next")}>{t`Next chapter`}</MenuItem>
      <MenuSeparator />
      <MenuChoice
        label={t`Chapters`}
        value={String(current?.start_s)}
        options={chapters.map((chapter) => ({
          value: String(chapter.start_s),
          label: <ChapterLabel {...chapter} />,
          disabled: !isPlayable(chapter),
        }))}
        onChange={(start_s) => stage.controls.seek(Number(start_s))}
      />
    </Menu>
  );
}

export function SettingsMenu() {
  const { showHelp } = useStage();
  const choices = [useQualityChoice(), useAudioChoice(), useSpeedChoice()].filter(
    (choice) => choice !== null,
  );
  return (
    <Menu
      side="top"
      trigger={
        <ControlButton label={t`Player settings`}>
          <Settings2 aria-hidden="true" />
        </ControlButton>
      }
    >
      {choices.map((choice) => (
        <MenuSubChoice key={choice.label} {...choice} onChange={choice.choose} />
      ))}
      {choices.length > 0 && <MenuSeparator />}
      <MenuItem onSelect={showHelp}>{t`Keyboard shortcuts`}</MenuItem>
    </Menu>
  );
}

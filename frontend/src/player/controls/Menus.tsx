import { Captions, Settings2 } from "lucide-react";
import { Fragment } from "react";
import { cx } from "@/ui/cx";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "@/ui/Menu";
import { useStage } from "../playback/StageContext";
import { ControlButton } from "./ControlButton";
import { useAudioChoice, useQualityChoice, useSpeedChoice, useSubtitleChoice } from "./choices";

export function CaptionsMenu() {
  const { stage } = useStage();
  const choice = useSubtitleChoice();
  if (choice === null) return null;
  const on = choice.value !== "-1";
  return (
    <Menu
      side="top"
      container={stage}
      trigger={
        <ControlButton label="Subtitles" shortcut="C">
          <Captions aria-hidden="true" className={cx(on && "text-accent")} />
        </ControlButton>
      }
    >
      <MenuChoice {...choice} onChange={choice.choose} />
    </Menu>
  );
}

export function SettingsMenu() {
  const { stage, showHelp } = useStage();
  const choices = [useQualityChoice(), useAudioChoice(), useSpeedChoice()].filter(
    (choice) => choice !== null,
  );
  return (
    <Menu
      side="top"
      container={stage}
      trigger={
        <ControlButton label="Player settings">
          <Settings2 aria-hidden="true" />
        </ControlButton>
      }
    >
      {choices.map((choice) => (
        <Fragment key={choice.label}>
          <MenuChoice {...choice} onChange={choice.choose} />
          <MenuSeparator />
        </Fragment>
      ))}
      <MenuItem onSelect={showHelp}>Keyboard shortcuts</MenuItem>
    </Menu>
  );
}

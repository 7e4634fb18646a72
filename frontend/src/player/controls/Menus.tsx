import { Captions, Settings2 } from "lucide-react";
import { cx } from "@/ui/cx";
import { Menu, MenuChoice, MenuItem, MenuSeparator, MenuSubChoice } from "@/ui/Menu";
import { useStage } from "../playback/StageContext";
import { ControlButton } from "./ControlButton";
import { useAudioChoice, useQualityChoice, useSpeedChoice, useSubtitleChoice } from "./choices";

export function CaptionsMenu() {
  const choice = useSubtitleChoice();
  if (choice === null) return null;
  const on = choice.value !== "-1";
  return (
    <Menu
      side="top"
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
  const { showHelp } = useStage();
  const choices = [useQualityChoice(), useAudioChoice(), useSpeedChoice()].filter(
    (choice) => choice !== null,
  );
  return (
    <Menu
      side="top"
      trigger={
        <ControlButton label="Player settings">
          <Settings2 aria-hidden="true" />
        </ControlButton>
      }
    >
      {choices.map((choice) => (
        <MenuSubChoice key={choice.label} {...choice} onChange={choice.choose} />
      ))}
      {choices.length > 0 && <MenuSeparator />}
      <MenuItem onSelect={showHelp}>Keyboard shortcuts</MenuItem>
    </Menu>
  );
}

import { t } from "@lingui/core/macro";
import { Cast } from "lucide-react";
import { usePlayerView, useStage } from "../playback/StageContext";
import { ControlButton } from "./ControlButton";

/** For viewers with a television in reach; loaded only for them. */
export default function CastButton() {
  const { player } = useStage();
  const on = usePlayerView((view) => view.casting);
  return (
    <ControlButton label={t`Play on a TV`} pressed={on} onClick={() => player.chooseScreen()}>
      <Cast aria-hidden="true" />
    </ControlButton>
  );
}

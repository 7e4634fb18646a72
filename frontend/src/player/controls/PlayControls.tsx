import { t } from "@lingui/core/macro";
import { Pause, Play, RotateCcw, RotateCw } from "lucide-react";
import { SKIP_S } from "@/sync/playbackControls";
import { cx } from "@/ui/cx";
import { useMayControl, usePlaying, useStage } from "../playback/StageContext";
import { ControlButton } from "./ControlButton";

const notAllowed = () => t`Only the host and people they choose can control playback`;

/** Filled icons are easier to recognise over a moving picture. */
const FILLED = "fill-current stroke-0";

export function PlayButton({ large = false }: { large?: boolean }) {
  const { controls } = useStage();
  const mayControl = useMayControl();
  const playing = usePlaying();
  const Icon = playing ? Pause : Play;
  return (
    <ControlButton
      label={playing ? t`Pause for everyone` : t`Play for everyone`}
      shortcut="K"
      tip={large ? "center" : "start"}
      refusal={mayControl ? null : notAllowed()}
      onClick={() => controls.toggle()}
      shape={large ? "disc" : "plain"}
      className={cx(large && "scale-125")}
    >
      <Icon className={cx(FILLED, !playing && "translate-x-[6%]")} aria-hidden="true" />
    </ControlButton>
  );
}

export function SkipButton({ by, large = false }: { by: "back" | "ahead"; large?: boolean }) {
  const { controls } = useStage();
  const mayControl = useMayControl();
  const Icon = by === "back" ? RotateCcw : RotateCw;
  return (
    <ControlButton
      label={by === "back" ? t`Back 10 seconds` : t`Forward 10 seconds`}
      shortcut={by === "back" ? "J" : "L"}
      refusal={mayControl ? null : notAllowed()}
      onClick={() => controls.skip(by === "back" ? -SKIP_S : SKIP_S)}
      shape={large ? "disc" : "plain"}
    >
      <Icon aria-hidden="true" />
      <span
        aria-hidden="true"
        className="absolute top-1/2 left-1/2 -translate-1/2 pt-px text-[0.5rem] font-bold"
      >
        10
      </span>
    </ControlButton>
  );
}

/**
 * The film and everything over it. It binds a `<video>` to the room and draws the controls;
 * what plays where is decided in `sync/`, and no control here touches the element.
 */

import { ControlBar, ThumbControls } from "./controls/ControlBar";
import { ShortcutSheet } from "./controls/ShortcutSheet";
import { useShortcuts } from "./controls/shortcuts";
import {
  type StageHere,
  type StageMedia,
  StageProvider,
  usePlaying,
} from "./playback/StageContext";
import { usePlayer } from "./playback/usePlayer";
import { SoundGate } from "./SoundGate";
import { StageStatus } from "./StageStatus";
import { Surface } from "./Surface";
import "./stage.css";
import { type ReactNode, useMemo, useState } from "react";
import { useStore } from "zustand";
import type { RoomSession } from "@/sync/session";
import { useIdle } from "./useIdle";
import { useMediaSession } from "./useMediaSession";
import { useStageFullscreen } from "./useStageFullscreen";
import { useWakeLock } from "./useWakeLock";

interface StageProps {
  session: RoomSession;
  media: StageMedia | null;
  canControl: boolean;
  /** A button for those who may not control the film. */
  onAskControl?: () => void;
  /** Somebody who may not has tried to. */
  onNotAllowed?: () => void;
  /** Between the picture and the controls: reactions, chat bubbles, whom the room waits for. */
  overlay?: ReactNode;
  /** In place of a film. */
  emptyState: ReactNode;
  theatre: boolean;
  onTheatre: (on: boolean) => void;
}

const nothing = () => {};

export function Stage(props: StageProps) {
  const { session, media, canControl, theatre, onTheatre } = props;
  const { onAskControl = nothing, onNotAllowed = nothing } = props;
  const [stage, setStage] = useState<HTMLElement | null>(null);
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [help, setHelp] = useState(false);
  const fullscreen = useStageFullscreen(stage);
  const equipment = usePlayer({ video, session, media, onNotAllowed });
  const sync = useStore(session.store, (state) => state.sync.status);
  const rev = useStore(session.store, (state) => state.playback?.rev);

  const here = useMemo<StageHere | null>(
    () =>
      equipment && media
        ? {
            ...equipment,
            session,
            media,
            stage,
            canControl,
            onAskControl,
            theatre,
            onTheatre,
            fullscreen,
            showHelp: () => setHelp(true),
          }
        : null,
    [equipment, session, media, stage, canControl, onAskControl, theatre, onTheatre, fullscreen],
  );

  return (
    <section
      ref={setStage}
      aria-label={media === null ? "Player" : `Film: ${media.title}`}
      data-sync-status={sync}
      data-rev={rev}
      className="stage @container absolute inset-0 isolate overflow-hidden bg-black text-white"
    >
      {/* biome-ignore lint/a11y/useMediaCaption: the captions come with the stream */}
      <video
        ref={setVideo}
        playsInline
        poster={media?.posterUrl ?? undefined}
        className="absolute inset-0 size-full object-contain"
      />
      {here === null ? (
        <>
          {media === null && props.emptyState}
          {props.overlay}
        </>
      ) : (
        <StageProvider value={here}>
          <Playing here={here} overlay={props.overlay} />
        </StageProvider>
      )}
      <ShortcutSheet open={help} onOpenChange={setHelp} container={fullscreen.on ? stage : null} />
    </section>
  );
}

/** Apart, because all of it follows a player that exists. */
function Playing({ here, overlay }: { here: StageHere; overlay: ReactNode }) {
  const playing = usePlaying();
  const { idle, wake, toggle } = useIdle(here.stage, playing);
  useMediaSession(here, here.media, playing);
  useWakeLock(playing);
  useShortcuts(here);
  return (
    <>
      <Surface idle={idle} onReveal={toggle} />
      {overlay}
      <StageStatus />
      <SoundGate />
      <div
        data-idle={idle}
        onPointerUp={wake}
        className="group/controls pointer-events-none absolute inset-0 transition-opacity duration-200 data-[idle=true]:opacity-0"
      >
        <ThumbControls />
        <ControlBar />
      </div>
    </>
  );
}

/**
 * The film and everything over it: connects a `<video>` to the room and draws the controls. `sync/` decides
 * what plays when, and no component here touches the element.
 */

import { t } from "@lingui/core/macro";
import { lazy, type ReactNode, Suspense, useLayoutEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import type { RoomSession } from "@/sync/session";
import { useFullscreen } from "@/ui/window/fullscreen";
import { ControlBar, ThumbControls } from "./controls/ControlBar";
import { useShortcuts } from "./controls/shortcuts";
import { StageProvider, type StageState, usePlaying } from "./playback/StageContext";
import { type StageMedia, usePlayerHandle } from "./playback/usePlayerHandle";
import { SoundGate } from "./SoundGate";
import { StageStatus } from "./StageStatus";
import { Surface } from "./Surface";
import "./stage.css";
import { useIdle } from "./useIdle";
import { useMediaSession } from "./useMediaSession";
import { useWakeLock } from "./useWakeLock";
import { takeVideo } from "./video/heldVideo";

const ShortcutSheet = lazy(() => import("./controls/ShortcutSheet"));

interface StageProps {
  session: RoomSession;
  media: StageMedia | null;
  /** Asks for permission to control the film; called by the button that viewers without it see. */
  onAskControl: () => void;
  /** Between the picture and the controls: reactions, chat bubbles, whom the room waits for. */
  overlay?: ReactNode;
  /** Shown while there is no film. */
  emptyState: ReactNode;
  theatre: boolean;
  onTheatre: (on: boolean) => void;
}

export function Stage(props: StageProps) {
  const { session, media, onAskControl, theatre, onTheatre } = props;
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [frame, setFrame] = useState<HTMLElement | null>(null);
  const video = useVideo(frame, media?.posterUrl ?? null);
  const [help, setHelp] = useState(false);
  const fullscreen = useFullscreen();
  const handle = usePlayerHandle({ video, session, media });
  const sync = useStore(session.store, (state) => state.sync.status);
  const rev = useStore(session.store, (state) => state.playback?.rev);

  const stage = useMemo<StageState | null>(
    () =>
      handle && media
        ? {
            ...handle,
            session,
            controls: session.controls,
            media,
            stage: element,
            onAskControl,
            theatre,
            onTheatre,
            fullscreen,
            showHelp: () => setHelp(true),
          }
        : null,
    [handle, session, media, element, onAskControl, theatre, onTheatre, fullscreen],
  );

  return (
    <section
      ref={setElement}
      aria-label={media === null ? t`Player` : t`Film: ${media.title}`}
      data-sync-status={sync}
      data-rev={rev}
      className="stage @container absolute inset-0 isolate overflow-hidden bg-black text-white"
    >
      <div ref={setFrame} className="absolute inset-0" />
      {stage === null ? (
        <>
          {media === null && props.emptyState}
          {props.overlay}
        </>
      ) : (
        <StageProvider value={stage}>
          <Playing stage={stage} overlay={props.overlay} />
        </StageProvider>
      )}
      {help && (
        <Suspense>
          <ShortcutSheet
            open
            onOpenChange={setHelp}
            can={{
              volume: handle?.player.view.getState().canSetVolume ?? false,
              fullscreen: fullscreen.possible,
              pip: handle?.player.view.getState().canPip ?? false,
              chapters: (media?.chapters ?? []).length > 1,
            }}
          />
        </Suspense>
      )}
    </section>
  );
}

/** Puts the element that was created during the tap into the frame. */
function useVideo(frame: HTMLElement | null, posterUrl: string | null): HTMLVideoElement | null {
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);

  useLayoutEffect(() => {
    if (frame === null) return;
    const taken = takeVideo();
    taken.playsInline = true;
    taken.className = "size-full object-contain";
    frame.append(taken);
    setVideo(taken);
    return () => {
      taken.remove();
      setVideo(null);
    };
  }, [frame]);

  useLayoutEffect(() => {
    if (video === null) return;
    if (posterUrl === null) video.removeAttribute("poster");
    else video.poster = posterUrl;
  }, [video, posterUrl]);

  return video;
}

/** A component of its own, because its hooks need a player. */
function Playing({ stage, overlay }: { stage: StageState; overlay: ReactNode }) {
  const playing = usePlaying();
  const { idle, show, toggle } = useIdle(stage.stage, playing);
  useMediaSession(stage.controls, stage.media, playing);
  useWakeLock(playing);
  useShortcuts(stage);
  return (
    <>
      <Surface idle={idle} onReveal={toggle} />
      {overlay}
      <StageStatus />
      <SoundGate />
      <div
        data-idle={idle}
        onPointerUp={show}
        className="group/controls pointer-events-none absolute inset-0 transition-opacity duration-200 data-[idle=true]:opacity-0"
      >
        <ThumbControls />
        <ControlBar />
      </div>
    </>
  );
}

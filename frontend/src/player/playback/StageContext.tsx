/** Gives the components inside the stage the player, the room's session and the stage's own state. */

import { createContext, useContext, useEffect, useState } from "react";
import { useStore } from "zustand";
import { mayControl, type PlaybackControls } from "@/sync/playbackControls";
import type { RoomState } from "@/sync/roomState";
import type { RoomSession } from "@/sync/session";
import type { Fullscreen } from "@/ui/window/fullscreen";
import type { PlayerView } from "../video/PlayerPort";
import type { PlayerHandle, StageMedia } from "./usePlayerHandle";

export interface StageState extends PlayerHandle {
  session: RoomSession;
  controls: PlaybackControls;
  media: StageMedia;
  /** The stage's element. */
  stage: HTMLElement | null;
  onAskControl: () => void;
  theatre: boolean;
  onTheatre: (on: boolean) => void;
  fullscreen: Fullscreen;
  showHelp: () => void;
}

const Context = createContext<StageState | null>(null);

export const StageProvider = Context.Provider;

export function useStage(): StageState {
  const stage = useContext(Context);
  if (!stage) throw new Error("useStage is called outside a stage");
  return stage;
}

export function usePlayerView<T>(select: (view: PlayerView) => T): T {
  return useStore(useStage().player.view, select);
}

export function useSessionState<T>(select: (state: RoomState) => T): T {
  return useStore(useStage().session.store, select);
}

export function useMayControl(): boolean {
  return useSessionState(mayControl);
}

/** Whether the film plays as the viewer sees it: a request counts before the room has answered. */
export function usePlaying(): boolean {
  const { controls, player } = useStage();
  useStore(controls.expected);
  useSessionState((state) => state.playback);
  useSessionState((state) => state.sync);
  useStore(player.view);
  return controls.playing;
}

/** Where a seek is heading until the room has answered; null otherwise. */
export function useExpectedPosition(): number | null {
  return useStore(useStage().controls.expected, (expected) => expected.position_s);
}

const POSITION_EVERY_MS = 250;

/** The player's position, updated often enough for a clock and a bar. */
export function usePosition(): number {
  const { player } = useStage();
  const [position_s, setPosition] = useState(() => player.snapshot().position_s);
  useEffect(() => {
    const update = () => setPosition(player.snapshot().position_s);
    update();
    const timer = setInterval(update, POSITION_EVERY_MS);
    return () => clearInterval(timer);
  }, [player]);
  return position_s;
}

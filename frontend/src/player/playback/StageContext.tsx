/** Hands the stage's equipment to the small controls inside it. */

import { createContext, useContext, useEffect, useState } from "react";
import { useStore } from "zustand";
import type { RoomState } from "@/sync/roomState";
import type { RoomSession } from "@/sync/session";
import type { Sidecar } from "../video/Captions";
import type { PlayerView } from "../video/PlayerPort";
import type { Equipment } from "./usePlayer";

export interface StageHere extends Equipment {
  session: RoomSession;
  media: StageMedia;
  /** The stage itself: what opens over it must hang in it, or full screen would hide it. */
  stage: HTMLElement | null;
  canControl: boolean;
  onAskControl: () => void;
  theatre: boolean;
  onTheatre: (on: boolean) => void;
  fullscreen: { on: boolean; possible: boolean; toggle: () => void };
  showHelp: () => void;
}

const Context = createContext<StageHere | null>(null);

export const StageProvider = Context.Provider;

export function useStage(): StageHere {
  const here = useContext(Context);
  if (!here) throw new Error("useStage is called outside a stage");
  return here;
}

export function useView<T>(select: (view: PlayerView) => T): T {
  return useStore(useStage().player.view, select);
}

export function useRoomState<T>(select: (state: RoomState) => T): T {
  return useStore(useStage().session.store, select);
}

/** At one's own pace everybody controls, otherwise who the room lets. */
export function useMayControl(): boolean {
  const { canControl } = useStage();
  return useRoomState((state) => state.sync.status === "detached") || canControl;
}

/** Whether the film runs as people see it: what was asked counts before the answer is here. */
export function usePlaying(): boolean {
  const { transport, player } = useStage();
  useStore(transport.asked);
  useRoomState((state) => state.playback);
  useRoomState((state) => state.sync);
  useStore(player.view);
  return transport.playing;
}

/** What the room hands to the stage: the film as this person may see it. */
export interface StageMedia {
  manifestUrl: string;
  kind: "hls" | "file";
  title: string;
  /** Lets the engine see that the room has gone on to another film before this one is replaced. */
  videoId?: string;
  posterUrl?: string | null;
  spritesUrl?: string | null;
  /** Captions beside the film; those inside its stream are found there. */
  sidecars?: Sidecar[];
}

const EVERY_MS = 250;

/** Where the film is, often enough for a clock and a bar. */
export function usePosition(): number {
  const { player } = useStage();
  const [position_s, setPosition] = useState(() => player.look().position_s);
  useEffect(() => {
    const look = () => setPosition(player.look().position_s);
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, [player]);
  return position_s;
}

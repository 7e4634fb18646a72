import { useEffect, useState } from "react";
import { UNKNOWN_TRAITS } from "@/sync/calibration";
import { DEFAULT_LATENCIES } from "@/sync/latency";
import type { RoomSession } from "@/sync/session";
import type { Sidecar } from "../video/Captions";
import { readPreferences, readTraits, savePreferences, saveTraits } from "../video/preferences";
import { VideoElementPlayer } from "../video/VideoElementPlayer";
import { browserEngineEnvironment } from "./engineEnvironment";
import { SyncEngine } from "./SyncEngine";

/** What the room passes to the stage: the film as this viewer may watch it. */
export interface StageMedia {
  manifestUrl: string;
  kind: "hls" | "file";
  title: string;
  /** Lets the engine notice that the room has moved on to another film before this one is replaced. */
  videoId?: string | undefined;
  posterUrl?: string | null | undefined;
  spritesUrl?: string | null;
  /** Captions in files of their own; those inside the stream are found there. */
  sidecars?: Sidecar[];
  chapters?: readonly { start_s: number; title: string }[];
}

/** A `<video>` that takes part in a room. */
export interface PlayerHandle {
  player: VideoElementPlayer;
  engine: SyncEngine;
}

interface PlayerHandleOptions {
  video: HTMLVideoElement | null;
  session: RoomSession;
  media: StageMedia | null;
}

export function usePlayerHandle({
  video,
  session,
  media,
}: PlayerHandleOptions): PlayerHandle | null {
  const [handle, setHandle] = useState<PlayerHandle | null>(null);

  useEffect(() => {
    if (video === null) return;
    const created = createHandle(video, session);
    setHandle(created);
    return () => {
      created.engine.close();
      created.player.destroy();
      setHandle(null);
    };
  }, [video, session]);

  const { manifestUrl, kind, videoId } = media ?? {};
  useEffect(() => {
    if (handle === null) return;
    const source =
      manifestUrl === undefined || kind === undefined ? null : { url: manifestUrl, kind };
    handle.engine.open(source && { ...source, videoId });
  }, [handle, manifestUrl, kind, videoId]);

  const sidecars = media?.sidecars;
  // biome-ignore lint/correctness/useExhaustiveDependencies: loading another film removes the tracks
  useEffect(() => {
    handle?.player.captions.setSidecars(sidecars ?? []);
  }, [handle, sidecars, manifestUrl]);

  return handle;
}

function createHandle(video: HTMLVideoElement, session: RoomSession): PlayerHandle {
  const { start_ms, seek_ms } = readPreferences();
  const player = new VideoElementPlayer(video);
  const engine = new SyncEngine({
    session,
    player,
    environment: browserEngineEnvironment(),
    latencies: {
      start_ms: start_ms ?? DEFAULT_LATENCIES.start_ms,
      seek_ms: seek_ms ?? DEFAULT_LATENCIES.seek_ms,
    },
    onLatencies: savePreferences,
    traits: readTraits(navigator.userAgent, Date.now()) ?? UNKNOWN_TRAITS,
    onTraits: (traits) => saveTraits(traits, navigator.userAgent, Date.now()),
  });
  return { player, engine };
}

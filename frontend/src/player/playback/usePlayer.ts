import { useEffect, useRef, useState } from "react";
import { DEFAULT_LATENCIES } from "@/sync/latency";
import type { RoomSession } from "@/sync/session";
import { keepPreferences, readPreferences } from "../video/preferences";
import { VideoElementPlayer } from "../video/VideoElementPlayer";
import { browserEngineEnvironment } from "./engineEnvironment";
import type { StageMedia } from "./StageContext";
import { SyncEngine } from "./SyncEngine";
import { Transport } from "./Transport";

/** What makes a `<video>` take part in a room. */
export interface Equipment {
  player: VideoElementPlayer;
  engine: SyncEngine;
  transport: Transport;
}

interface Wanted {
  video: HTMLVideoElement | null;
  session: RoomSession;
  media: StageMedia | null;
  onNotAllowed: () => void;
}

export function usePlayer({ video, session, media, onNotAllowed }: Wanted): Equipment | null {
  const [equipment, setEquipment] = useState<Equipment | null>(null);
  const notAllowed = useRef(onNotAllowed);
  useEffect(() => {
    notAllowed.current = onNotAllowed;
  });

  useEffect(() => {
    if (video === null) return;
    const made = equip(video, session, () => notAllowed.current());
    setEquipment(made);
    return () => {
      made.transport.close();
      made.engine.close();
      made.player.destroy();
      setEquipment(null);
    };
  }, [video, session]);

  const { manifestUrl, kind, videoId } = media ?? {};
  useEffect(() => {
    if (equipment === null) return;
    const film =
      manifestUrl === undefined || kind === undefined ? null : { url: manifestUrl, kind };
    equipment.engine.open(film && { ...film, videoId });
  }, [equipment, manifestUrl, kind, videoId]);

  const sidecars = media?.sidecars;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another film takes them away
  useEffect(() => {
    equipment?.player.captions.besideAre(sidecars ?? []);
  }, [equipment, sidecars, manifestUrl]);

  return equipment;
}

function equip(video: HTMLVideoElement, session: RoomSession, onNotAllowed: () => void): Equipment {
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
    onLatencies: keepPreferences,
    onSnapBack: onNotAllowed,
  });
  const transport = new Transport({ session, engine, player, onNotAllowed });
  return { player, engine, transport };
}

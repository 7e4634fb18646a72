import { useEffect } from "react";
import type { StageMedia } from "./playback/StageContext";
import type { Equipment } from "./playback/usePlayer";

const SKIP_S = 10;

/** Headset buttons, the lock screen and the picture-in-picture window ask as buttons do. */
export function useMediaSession(
  equipment: Equipment | null,
  media: StageMedia | null,
  playing: boolean,
): void {
  const title = media?.title;
  const posterUrl = media?.posterUrl;
  useEffect(() => {
    if (equipment === null || title === undefined || !("mediaSession" in navigator)) return;
    const { mediaSession } = navigator;
    const { transport } = equipment;
    const handlers: [MediaSessionAction, MediaSessionActionHandler][] = [
      ["play", () => transport.play()],
      ["pause", () => transport.pause()],
      ["seekbackward", ({ seekOffset }) => transport.skip(-(seekOffset ?? SKIP_S))],
      ["seekforward", ({ seekOffset }) => transport.skip(seekOffset ?? SKIP_S)],
      ["seekto", ({ seekTime }) => seekTime != null && transport.seek(seekTime)],
    ];
    mediaSession.metadata = new MediaMetadata({
      title,
      artwork: posterUrl ? [{ src: posterUrl }] : [],
    });
    for (const [action, handler] of handlers) mediaSession.setActionHandler(action, handler);
    return () => {
      mediaSession.metadata = null;
      for (const [action] of handlers) mediaSession.setActionHandler(action, null);
    };
  }, [equipment, title, posterUrl]);

  useEffect(() => {
    if ("mediaSession" in navigator) {
      navigator.mediaSession.playbackState = playing ? "playing" : "paused";
    }
  }, [playing]);
}

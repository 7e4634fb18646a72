import { useEffect } from "react";
import { type PlaybackControls, SKIP_S } from "@/sync/playbackControls";
import type { StageMedia } from "./playback/usePlayerHandle";

/** Headset buttons, the lock screen and the picture-in-picture window use the same controls as the page. */
export function useMediaSession(
  controls: PlaybackControls,
  { title, posterUrl }: StageMedia,
  playing: boolean,
): void {
  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    const { mediaSession } = navigator;
    const handlers: [MediaSessionAction, MediaSessionActionHandler][] = [
      ["play", () => controls.play()],
      ["pause", () => controls.pause()],
      ["seekbackward", ({ seekOffset }) => controls.skip(-(seekOffset ?? SKIP_S))],
      ["seekforward", ({ seekOffset }) => controls.skip(seekOffset ?? SKIP_S)],
      ["seekto", ({ seekTime }) => seekTime != null && controls.seek(seekTime)],
    ];
    mediaSession.metadata = new MediaMetadata({
      title,
      artwork: posterUrl ? [{ src: posterUrl }] : [],
    });
    for (const [action, handler] of handlers) mediaSession.setActionHandler(action, handler);
    return () => {
      mediaSession.metadata = null;
      mediaSession.playbackState = "none";
      for (const [action] of handlers) mediaSession.setActionHandler(action, null);
    };
  }, [controls, title, posterUrl]);

  useEffect(() => {
    if ("mediaSession" in navigator) {
      navigator.mediaSession.playbackState = playing ? "playing" : "paused";
    }
  }, [playing]);
}

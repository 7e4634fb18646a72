/**
 * What the rest of the page needs from a player. `VideoElementPlayer` is the real one; tests use a simulated
 * one. Only `SyncEngine`, and `PlaybackControls` for viewers at their own pace, call play, pause, seek and
 * setRate.
 */
import type { StoreApi } from "zustand/vanilla";

export interface Source {
  url: string;
  kind: "hls" | "file";
}

/** Everything is read at the same moment. */
export interface PlayerSnapshot {
  at_ms: number;
  position_s: number;
  paused: boolean;
  seeking: boolean;
  /** Enough is buffered to continue from here. */
  ready: boolean;
  ended: boolean;
  /** The film's length and tracks are known, so that it can be seeked. */
  loaded: boolean;
  buffered_s: number;
  /** False where the rate must be left alone, because the browser itself or a television plays the stream. */
  mayPulse: boolean;
}

export type PlayOutcome = "playing" | "blocked" | "interrupted";

export type PlayerEvent =
  /** Something changed that the engine should react to. */
  | "changed"
  /** Paused or started by something other than this page. */
  | "paused_externally"
  | "started_externally"
  /** A user gesture has allowed playing. */
  | "unblocked";

export interface TrackChoice {
  id: number;
  label: string;
}

export interface TrackChoices {
  options: TrackChoice[];
  /** −1: none, or automatic. */
  current: number;
}

/** What the controls show; replaced when it changes. */
export interface PlayerView {
  loaded: boolean;
  duration_s: number;
  bufferedUntil_s: number;
  volume: number;
  muted: boolean;
  /** False on iOS, where only the hardware keys set the volume. */
  canSetVolume: boolean;
  /** Plays without sound, because the browser requires a user gesture first. */
  soundBlocked: boolean;
  /** Does not play at all before a user gesture. */
  blocked: boolean;
  quality: TrackChoices;
  /** The rendition on the screen, as "720p"; null before the first picture. */
  shownQuality: string | null;
  audio: TrackChoices;
  subtitles: TrackChoices;
  canPip: boolean;
  inPip: boolean;
  /** The browser's own full screen for a film alone: on iPhones there is no other. */
  canNativeFullscreen: boolean;
  /** The browser shows the film alone, with its own controls, as iPhones do. */
  inNativeFullscreen: boolean;
  /** A television in reach can play this film: AirPlay in Safari, Remote Playback in other browsers. */
  canCast: boolean;
  casting: boolean;
  failure: "network" | "format" | null;
}

export interface PlayerPort {
  readonly view: StoreApi<PlayerView>;
  /** Null removes the film. `at_s` is where playing will begin. */
  load(source: Source | null, at_s: number): void;
  snapshot(): PlayerSnapshot;
  play(): Promise<PlayOutcome>;
  pause(): void;
  seek(position_s: number): void;
  /** `keepPitch` is right for a lasting rate, and wrong for the pulses of the drift controller. */
  setRate(rate: number, options: { keepPitch: boolean }): void;
  on(listener: (event: PlayerEvent) => void): () => void;
}

export const NO_TRACKS: TrackChoices = { options: [], current: -1 };

/** The view before a film is loaded. */
export const EMPTY_VIEW: PlayerView = {
  loaded: false,
  duration_s: 0,
  bufferedUntil_s: 0,
  volume: 1,
  muted: false,
  canSetVolume: true,
  soundBlocked: false,
  blocked: false,
  quality: NO_TRACKS,
  shownQuality: null,
  audio: NO_TRACKS,
  subtitles: NO_TRACKS,
  canPip: false,
  inPip: false,
  canNativeFullscreen: false,
  inNativeFullscreen: false,
  canCast: false,
  casting: false,
  failure: null,
};

/**
 * What the rest of the page asks of a player. `VideoElementPlayer` is the one that plays;
 * tests have a simulated one. Only `SyncEngine` calls play, pause, seek and setRate:
 * controls ask the engine, which asks the room.
 */
import type { StoreApi } from "zustand/vanilla";

export interface FilmSource {
  url: string;
  kind: "hls" | "file";
}

/** One look: everything is read in the same instant. */
export interface PlayerLook {
  at_ms: number;
  position_s: number;
  paused: boolean;
  seeking: boolean;
  /** Enough is buffered to play on from here. */
  ready: boolean;
  ended: boolean;
  /** The film's length and tracks are known, so that it can be sought. */
  loaded: boolean;
  buffered_s: number;
}

export type PlayOutcome = "playing" | "blocked" | "interrupted";

export type PlayerEvent =
  /** Something changed that is worth a look. */
  | "changed"
  /** Paused or started by somebody else than us. */
  | "paused_outside"
  | "started_outside"
  /** A touch of the page has allowed playing. */
  | "unblocked";

export interface Choice {
  id: number;
  label: string;
}

export interface TrackChoices {
  options: Choice[];
  /** −1: none, or automatic. */
  current: number;
}

/** What controls show; replaced as it changes. */
export interface PlayerView {
  loaded: boolean;
  duration_s: number;
  bufferedUntil_s: number;
  volume: number;
  muted: boolean;
  /** iOS decides the volume by its keys alone. */
  canSetVolume: boolean;
  /** Plays without sound because the browser wants a touch first. */
  soundBlocked: boolean;
  /** Does not play at all before a touch. */
  blocked: boolean;
  quality: TrackChoices;
  /** What is on the screen now, as "720p"; null before the first picture. */
  shownQuality: string | null;
  audio: TrackChoices;
  subtitles: TrackChoices;
  canPip: boolean;
  inPip: boolean;
  failure: "network" | "format" | null;
}

export interface PlayerPort {
  readonly view: StoreApi<PlayerView>;
  /** Null takes the film out. `at_s` is where playing will begin. */
  load(source: FilmSource | null, at_s: number): void;
  look(): PlayerLook;
  play(): Promise<PlayOutcome>;
  pause(): void;
  seek(position_s: number): void;
  /** `keepPitch` is right for a rate that lasts, and wrong for the pulses of the drift control. */
  setRate(rate: number, options: { keepPitch: boolean }): void;
  on(listener: (event: PlayerEvent) => void): () => void;
}

export const NO_CHOICE: TrackChoices = { options: [], current: -1 };

/** Before a film is there. */
export const EMPTY_VIEW: PlayerView = {
  loaded: false,
  duration_s: 0,
  bufferedUntil_s: 0,
  volume: 1,
  muted: false,
  canSetVolume: true,
  soundBlocked: false,
  blocked: false,
  quality: NO_CHOICE,
  shownQuality: null,
  audio: NO_CHOICE,
  subtitles: NO_CHOICE,
  canPip: false,
  inPip: false,
  failure: null,
};

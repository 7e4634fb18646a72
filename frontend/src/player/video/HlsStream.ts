/**
 * A film in HLS, carried by hls.js into the media element that it is given: loading,
 * recovering, choosing tracks, and taking over a longer ladder without a break in the
 * picture. It asks nothing about rooms; `VideoElementPlayer` owns it.
 */

import Hls, { type ErrorData, Events, type HlsConfig } from "hls.js";
import { hasGrown, namedPlaylists } from "./masterPlaylist";
import type { Choice, TrackChoices } from "./PlayerPort";

export interface StreamTracks {
  quality: TrackChoices;
  audio: TrackChoices;
  subtitles: TrackChoices;
}

interface StreamOptions {
  url: string;
  at_s: number;
  /** The label of the subtitles to begin with; "" for none. */
  subtitles: string;
  onTracks: (tracks: StreamTracks) => void;
  onFailure: (failure: "network" | "format" | null) => void;
}

const AUTO = -1;
const RETRY_MS = { first: 1_000, cap: 30_000 };
/** Shown only when trying again has not helped: most troubles last a second. */
const TELL_AFTER = 2;
const MAX_MEDIA_RECOVERIES = 3;
const LOOK_FOR_RUNGS_MS = { first: 8_000, cap: 60_000 };

function config(at_s: number, subtitles: string): Partial<HlsConfig> {
  return {
    startPosition: at_s,
    lowLatencyMode: false,
    capLevelToPlayerSize: true,
    backBufferLength: 60,
    // A film in the making is no broadcast: its "live edge" is nowhere anybody wants to be.
    liveSyncDurationCount: 3,
    liveMaxLatencyDurationCount: Number.POSITIVE_INFINITY,
    liveDurationInfinity: false,
    // What a file calls its default is not what its viewer asked for, and "" is the name of no track.
    subtitlePreference: { name: subtitles },
    // `leanHls.ts` leaves these out.
    enableCEA708Captions: false,
    progressive: false,
  };
}

export class HlsStream {
  #media: HTMLMediaElement;
  #options: StreamOptions;
  #subtitles: string;
  #hls: Hls;
  #failures = 0;
  #recoveries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** What the master named when hls.js read it: anything else has come since. */
  #known: string[] = [];
  #rungs: ReturnType<typeof setTimeout> | undefined;

  static isSupported(): boolean {
    return Hls.isSupported();
  }

  constructor(media: HTMLMediaElement, options: StreamOptions) {
    this.#media = media;
    this.#options = options;
    this.#subtitles = options.subtitles;
    this.#hls = this.#make(options.at_s);
    this.#hls.attachMedia(media);
    this.#hls.loadSource(options.url);
    this.#lookForRungs(LOOK_FOR_RUNGS_MS.first);
  }

  destroy(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#rungs);
    this.#hls.destroy();
  }

  /** −1 lets the connection decide. */
  setQuality(id: number): void {
    this.#hls.nextLevel = id;
    this.#tellTracks();
  }

  setAudio(id: number): void {
    this.#hls.audioTrack = id;
  }

  setSubtitles(id: number): void {
    this.#subtitles = this.#hls.subtitleTracks[id]?.name ?? "";
    this.#hls.config.subtitlePreference = { name: this.#subtitles };
    this.#hls.subtitleTrack = id;
    this.#hls.subtitleDisplay = id !== AUTO;
    this.#tellTracks();
  }

  #make(at_s: number): Hls {
    const hls = new Hls(config(at_s, this.#subtitles));
    hls.on(Events.ERROR, (_, error) => this.#failed(error));
    hls.on(Events.FRAG_BUFFERED, () => this.#well());
    const tell = () => this.#tellTracks();
    hls.on(Events.MANIFEST_LOADED, (_, { networkDetails }) => {
      this.#known = namedPlaylists((networkDetails as XMLHttpRequest).responseText);
    });
    hls.on(Events.MANIFEST_PARSED, tell);
    hls.on(Events.LEVEL_SWITCHED, tell);
    hls.on(Events.AUDIO_TRACKS_UPDATED, tell);
    hls.on(Events.AUDIO_TRACK_SWITCHED, tell);
    hls.on(Events.SUBTITLE_TRACKS_UPDATED, tell);
    hls.on(Events.SUBTITLE_TRACK_SWITCH, tell);
    return hls;
  }

  #tellTracks(): void {
    const hls = this.#hls;
    this.#options.onTracks({
      quality: {
        options: qualities(hls.levels),
        current: hls.autoLevelEnabled ? AUTO : hls.loadLevel,
      },
      audio: { options: named(hls.audioTracks), current: hls.audioTrack },
      subtitles: { options: named(hls.subtitleTracks), current: hls.subtitleTrack },
    });
  }

  #well(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#options.onFailure(null);
  }

  #failed({ fatal, type }: ErrorData): void {
    if (!fatal) return;
    if (type === Hls.ErrorTypes.MEDIA_ERROR && this.#recoveries < MAX_MEDIA_RECOVERIES) {
      this.#recoveries += 1;
      this.#hls.recoverMediaError();
    } else if (type === Hls.ErrorTypes.NETWORK_ERROR) {
      this.#tryAgain();
    } else {
      this.#options.onFailure("format");
    }
  }

  /** The film may come back: a grant is renewed, a server restarts. Each pause is longer. */
  #tryAgain(): void {
    this.#failures += 1;
    if (this.#failures > TELL_AFTER) this.#options.onFailure("network");
    clearTimeout(this.#retry);
    const pause_ms = Math.min(RETRY_MS.cap, RETRY_MS.first * 2 ** (this.#failures - 1));
    this.#retry = setTimeout(() => {
      if (this.#hls.levels.length === 0) this.#hls.loadSource(this.#options.url);
      else this.#hls.startLoad(this.#media.currentTime);
    }, pause_ms);
  }

  /** Asks ever more seldom: a finished film gains nothing any more, and cannot say so. */
  #lookForRungs(pause_ms: number): void {
    this.#rungs = setTimeout(async () => {
      const grown = await this.#masterHasGrown();
      if (grown) this.#takeOver();
      const next_ms = grown ? LOOK_FOR_RUNGS_MS.first : pause_ms * 1.3;
      this.#lookForRungs(Math.min(LOOK_FOR_RUNGS_MS.cap, next_ms));
    }, pause_ms);
  }

  async #masterHasGrown(): Promise<boolean> {
    try {
      const answer = await fetch(this.#options.url);
      if (!answer.ok) return false;
      return hasGrown(this.#known, namedPlaylists(await answer.text()));
    } catch {
      // Offline: hls.js notices it as well and tells it better.
      return false;
    }
  }

  /**
   * Another hls.js reads the new master and takes over the element with all that is
   * buffered in it, so that nobody sees the change until the picture gets better.
   */
  #takeOver(): void {
    const former = this.#hls;
    const choices = chosen(former);
    const next = this.#make(this.#media.currentTime);
    next.once(Events.MANIFEST_PARSED, () => {
      const handedOver = former.transferMedia();
      former.destroy();
      this.#hls = next;
      next.attachMedia(handedOver ?? this.#media);
      restore(next, choices);
      this.#tellTracks();
    });
    next.loadSource(this.#options.url);
  }
}

interface Chosen {
  height: number | null;
  audio: string | null;
}

function chosen(hls: Hls): Chosen {
  return {
    height: hls.autoLevelEnabled ? null : (hls.levels[hls.loadLevel]?.height ?? null),
    audio: hls.audioTracks[hls.audioTrack]?.name ?? null,
  };
}

function restore(hls: Hls, { height, audio }: Chosen): void {
  const level = hls.levels.findIndex((one) => one.height === height);
  if (level >= 0) hls.nextLevel = level;
  const track = hls.audioTracks.findIndex((one) => one.name === audio);
  if (track >= 0) hls.audioTrack = track;
}

function named(tracks: { name: string; lang?: string }[]): Choice[] {
  return tracks.map(({ name, lang }, id) => ({ id, label: name || lang || `Track ${id + 1}` }));
}

/** The source itself may be there beside a smaller version of the same height: then the rate tells. */
function qualities(levels: { height: number; bitrate: number }[]): Choice[] {
  return levels.map(({ height, bitrate }, id) => {
    const twins = levels.filter((level) => level.height === height).length > 1;
    const rate = twins ? ` · ${(bitrate / 1e6).toFixed(1)} Mbit/s` : "";
    return { id, label: qualityLabel(height) + rate };
  });
}

const qualityLabel = (height: number) => (height > 0 ? `${height}p` : "Original");

/**
 * Plays an HLS film in a media element with hls.js: loading, recovering from errors, choosing tracks, and
 * switching to a master playlist that lists more renditions without interrupting the picture.
 * `VideoElementPlayer` owns it.
 */

import { t } from "@lingui/core/macro";
import Hls, { type ErrorData, Events, type HlsConfig } from "hls.js";
import { formatRate } from "@/ui/format";
import { hasGrown, listedPlaylists } from "./masterPlaylist";
import type { TrackChoice, TrackChoices } from "./PlayerPort";
import { reactionTo } from "./streamErrors";

export interface StreamTracks {
  quality: TrackChoices;
  audio: TrackChoices;
  subtitles: TrackChoices;
}

interface StreamOptions {
  url: string;
  at_s: number;
  /** The label of the subtitles to start with; "" for none. */
  subtitles: string;
  onTracks: (tracks: StreamTracks) => void;
  /** The list of the chosen subtitles, if those are pictures. */
  onImages: (url: string | null) => void;
  onFailure: (failure: "network" | "format" | null) => void;
}

const AUTO = -1;
const RETRY_MS = { first: 1_000, cap: 30_000 };
/** A failure is shown only after this many retries: most last a second. */
const SHOW_AFTER = 2;
const MAX_MEDIA_RECOVERIES = 3;
const RELOAD_MASTER_MS = { first: 8_000, cap: 60_000 };

function config(at_s: number, subtitles: string): Partial<HlsConfig> {
  return {
    startPosition: at_s,
    lowLatencyMode: false,
    capLevelToPlayerSize: true,
    backBufferLength: 60,
    // A film that is still being encoded is no broadcast: the player must not follow its live edge.
    liveSyncDurationCount: 3,
    liveMaxLatencyDurationCount: Number.POSITIVE_INFINITY,
    liveDurationInfinity: false,
    // Ignores the file's default track. "" matches no track.
    subtitlePreference: { name: subtitles },
    // `leanHls.ts` removes the code behind these options.
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
  /** What the master listed when hls.js loaded it. */
  #known: string[] = [];
  #reloadTimer: ReturnType<typeof setTimeout> | undefined;

  static isSupported(): boolean {
    return Hls.isSupported();
  }

  constructor(media: HTMLMediaElement, options: StreamOptions) {
    this.#media = media;
    this.#options = options;
    this.#subtitles = options.subtitles;
    this.#hls = this.#create(options.at_s);
    this.#hls.attachMedia(media);
    this.#hls.loadSource(options.url);
    this.#scheduleReload(RELOAD_MASTER_MS.first);
  }

  destroy(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#reloadTimer);
    this.#hls.destroy();
  }

  /** While a television plays the film, it loads the film itself. */
  suspend(on: boolean): void {
    if (on) this.#hls.stopLoad();
    else this.#hls.startLoad(this.#media.currentTime);
  }

  /** −1: automatic, by the connection. */
  setQuality(id: number): void {
    this.#hls.nextLevel = id;
    this.#publishTracks();
  }

  setAudio(id: number): void {
    this.#hls.audioTrack = id;
  }

  setSubtitles(id: number): void {
    this.#subtitles = this.#hls.subtitleTracks[id]?.name ?? "";
    this.#hls.config.subtitlePreference = { name: this.#subtitles };
    this.#hls.subtitleTrack = id;
    this.#hls.subtitleDisplay = id !== AUTO;
    this.#publishTracks();
  }

  #create(at_s: number): Hls {
    const hls = new Hls(config(at_s, this.#subtitles));
    hls.on(Events.ERROR, (_, error) => this.#failed(error));
    hls.on(Events.FRAG_BUFFERED, () => this.#recovered());
    hls.on(Events.MEDIA_ATTACHED, () => offerToScreens(this.#media, this.#options.url));
    const publish = () => this.#publishTracks();
    hls.on(Events.MANIFEST_LOADED, (_, { networkDetails }) => {
      this.#known = listedPlaylists((networkDetails as XMLHttpRequest).responseText);
    });
    hls.on(Events.MANIFEST_PARSED, publish);
    hls.on(Events.LEVEL_SWITCHED, publish);
    hls.on(Events.AUDIO_TRACKS_UPDATED, publish);
    hls.on(Events.AUDIO_TRACK_SWITCHED, publish);
    hls.on(Events.SUBTITLE_TRACKS_UPDATED, publish);
    hls.on(Events.SUBTITLE_TRACK_SWITCH, publish);
    return hls;
  }

  #publishTracks(): void {
    const hls = this.#hls;
    const images = hls.subtitleTracks[hls.subtitleTrack]?.attrs["X-IMAGES"];
    const master = new URL(this.#options.url, location.href);
    this.#options.onImages(images === undefined ? null : new URL(images, master).href);
    this.#options.onTracks({
      quality: {
        options: qualityChoices(hls.levels),
        current: hls.autoLevelEnabled ? AUTO : hls.loadLevel,
      },
      audio: { options: trackChoices(hls.audioTracks), current: hls.audioTrack },
      subtitles: { options: trackChoices(hls.subtitleTracks), current: hls.subtitleTrack },
    });
  }

  #recovered(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#options.onFailure(null);
  }

  #failed(error: ErrorData): void {
    const reaction = reactionTo(error);
    if (reaction === "nothing") return;
    if (reaction === "retry") {
      this.#tryAgain();
    } else if (reaction === "recover" && this.#recoveries < MAX_MEDIA_RECOVERIES) {
      this.#recoveries += 1;
      this.#hls.recoverMediaError();
    } else {
      this.#options.onFailure("format");
    }
  }

  /** The film may become available again (renewed grant, restarted server). Each pause is longer. */
  #tryAgain(): void {
    this.#failures += 1;
    if (this.#failures > SHOW_AFTER) this.#options.onFailure("network");
    clearTimeout(this.#retry);
    const pause_ms = Math.min(RETRY_MS.cap, RETRY_MS.first * 2 ** (this.#failures - 1));
    this.#retry = setTimeout(() => {
      if (this.#hls.levels.length === 0) this.#hls.loadSource(this.#options.url);
      else this.#hls.startLoad(this.#media.currentTime);
    }, pause_ms);
  }

  /** Reloads less and less often: a finished film gains no renditions, but nothing says that it is finished. */
  #scheduleReload(pause_ms: number): void {
    this.#reloadTimer = setTimeout(async () => {
      const grown = await this.#masterHasGrown();
      if (grown) this.#switchInstance();
      const next_ms = grown ? RELOAD_MASTER_MS.first : pause_ms * 1.3;
      this.#scheduleReload(Math.min(RELOAD_MASTER_MS.cap, next_ms));
    }, pause_ms);
  }

  async #masterHasGrown(): Promise<boolean> {
    try {
      const answer = await fetch(this.#options.url);
      if (!answer.ok) return false;
      return hasGrown(this.#known, listedPlaylists(await answer.text()));
    } catch {
      // Offline: hls.js notices as well and reports it.
      return false;
    }
  }

  /**
   * A second hls.js instance loads the new master and takes over the element with everything buffered, so
   * that viewers notice nothing until the picture gets better.
   */
  #switchInstance(): void {
    const old = this.#hls;
    const selection = selectionOf(old);
    const next = this.#create(this.#media.currentTime);
    next.once(Events.MANIFEST_PARSED, () => {
      const handedOver = old.transferMedia();
      old.destroy();
      this.#hls = next;
      next.attachMedia(handedOver ?? this.#media);
      restore(next, selection);
      this.#publishTracks();
    });
    next.loadSource(this.#options.url);
  }
}

/**
 * Safari's MediaSource opens only where remote playback is off or another source is there, and hls.js turns it off. A
 * television plays the stream from its address, as in https://webkit.org/blog/15036/how-to-use-media-source-extensions-with-airplay/.
 */
function offerToScreens(media: HTMLMediaElement, url: string): void {
  if (media.querySelector("source") === null) return;
  const source = document.createElement("source");
  source.type = "application/x-mpegURL";
  source.src = url;
  media.append(source);
  media.disableRemotePlayback = false;
}

interface TrackSelection {
  height: number | null;
  audio: string | null;
}

function selectionOf(hls: Hls): TrackSelection {
  return {
    height: hls.autoLevelEnabled ? null : (hls.levels[hls.loadLevel]?.height ?? null),
    audio: hls.audioTracks[hls.audioTrack]?.name ?? null,
  };
}

function restore(hls: Hls, { height, audio }: TrackSelection): void {
  const level = hls.levels.findIndex((one) => one.height === height);
  if (level >= 0) hls.nextLevel = level;
  const track = hls.audioTracks.findIndex((one) => one.name === audio);
  if (track >= 0) hls.audioTrack = track;
}

function trackChoices(tracks: { name: string; lang?: string }[]): TrackChoice[] {
  return tracks.map(({ name, lang }, id) => ({ id, label: name || lang || t`Track ${id + 1}` }));
}

/** Renditions of equal height, such as the source and a lower-bit-rate version, show their bit rate. */
function qualityChoices(levels: { height: number; bitrate: number }[]): TrackChoice[] {
  return levels.map(({ height, bitrate }, id) => {
    const twins = levels.filter((level) => level.height === height).length > 1;
    const rate = twins ? ` · ${formatRate(bitrate / 8)}` : "";
    return { id, label: qualityLabel(height) + rate };
  });
}

const qualityLabel = (height: number) => (height > 0 ? `${height}p` : t`Original`);

/**
 * The one file that touches `<video>`. It carries out what the engine orders, tells its
 * own pauses from those of others, and keeps the view that controls show. It decides
 * nothing about where the film should be.
 */

import { createStore, type StoreApi } from "zustand/vanilla";
import { Captions } from "./Captions";
import type { HlsStream, StreamTracks } from "./HlsStream";
import {
  EMPTY_VIEW,
  type FilmSource,
  type PlayerEvent,
  type PlayerLook,
  type PlayerPort,
  type PlayerView,
  type PlayOutcome,
} from "./PlayerPort";
import { keepPreferences, readPreferences } from "./preferences";

/** Everything after which the engine should look again. */
const WORTH_A_LOOK = [
  "loadedmetadata",
  "durationchange",
  "seeked",
  "canplay",
  "playing",
  "waiting",
  "stalled",
  "timeupdate",
  "ended",
] as const;

const FILE_RETRIES = 5;

export class VideoElementPlayer implements PlayerPort {
  readonly view: StoreApi<PlayerView>;
  readonly captions: Captions;
  readonly #video: HTMLVideoElement;
  readonly #listeners = new Set<(event: PlayerEvent) => void>();
  readonly #stop = new AbortController();
  /** What we last asked of the element. An event that disagrees is somebody else's doing. */
  #wanted: "play" | "pause" = "pause";
  #source: FilmSource | null = null;
  #stream: HlsStream | null = null;
  #fileFailures = 0;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    const { volume, muted } = readPreferences();
    const canSetVolume = obeysVolume(video);
    video.playsInline = true;
    video.disableRemotePlayback = true;
    video.preservesPitch = false;
    video.volume = volume;
    video.muted = muted;
    this.view = createStore(() => ({
      ...EMPTY_VIEW,
      volume,
      muted,
      canSetVolume,
      canPip: document.pictureInPictureEnabled === true && !video.disablePictureInPicture,
    }));
    this.captions = new Captions({
      media: video,
      showInStream: (id) => this.#stream?.setSubtitles(id),
      onChange: (subtitles) => this.view.setState({ subtitles }),
    });
    this.#listen();
  }

  destroy(): void {
    this.#stop.abort();
    this.load(null, 0);
    this.#listeners.clear();
  }

  load(source: FilmSource | null, at_s: number): void {
    this.#stream?.destroy();
    this.#stream = null;
    this.captions.reset();
    this.#source = source;
    this.#wanted = "pause";
    this.#fileFailures = 0;
    this.#video.pause();
    this.#video.removeAttribute("src");
    this.#video.load();
    const { volume, muted, canSetVolume, canPip, inPip } = this.view.getState();
    this.view.setState({ ...EMPTY_VIEW, volume, muted, canSetVolume, canPip, inPip });
    if (source?.kind === "file") this.#openFile(source, at_s);
    else if (source !== null) {
      this.#openStream(source, at_s).catch(() => this.view.setState({ failure: "network" }));
    }
  }

  look(): PlayerLook {
    const video = this.#video;
    const position_s = video.currentTime;
    const at_ms = performance.now();
    return {
      at_ms,
      position_s,
      paused: video.paused,
      seeking: video.seeking,
      ready: video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA,
      ended: video.ended,
      loaded: video.readyState >= HTMLMediaElement.HAVE_METADATA,
      buffered_s: bufferedUntil(video) - position_s,
    };
  }

  async play(): Promise<PlayOutcome> {
    this.#wanted = "play";
    const outcome = await this.#tryToPlay();
    if (outcome !== "blocked" || this.#video.muted) return this.#settle(outcome);
    // Staying in sync without sound beats standing still: sound needs one tap.
    this.view.setState({ soundBlocked: true });
    this.#video.muted = true;
    const silent = await this.#tryToPlay();
    if (silent === "blocked") this.#unsilence();
    return this.#settle(silent);
  }

  pause(): void {
    this.#wanted = "pause";
    this.#video.pause();
  }

  seek(position_s: number): void {
    const { seekable } = this.#video;
    const end_s = seekable.length > 0 ? seekable.end(seekable.length - 1) : position_s;
    this.#video.currentTime = Math.max(0, Math.min(position_s, end_s));
  }

  setRate(rate: number, { keepPitch }: { keepPitch: boolean }): void {
    if (this.#video.preservesPitch !== keepPitch) this.#video.preservesPitch = keepPitch;
    this.#video.playbackRate = rate;
    // A source that is opened again takes the default.
    this.#video.defaultPlaybackRate = rate;
  }

  on(listener: (event: PlayerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setVolume(volume: number): void {
    this.#video.volume = volume;
    this.setMuted(volume === 0);
    keepPreferences({ volume });
    this.view.setState({ volume });
  }

  setMuted(muted: boolean): void {
    this.#video.muted = muted;
    keepPreferences({ muted });
    this.view.setState({ muted, soundBlocked: false });
  }

  /** Called within a tap or a key: only then the browser lets sound or play through. */
  touched(): void {
    const { soundBlocked, blocked } = this.view.getState();
    if (soundBlocked) this.#unsilence();
    if (blocked) {
      this.view.setState({ blocked: false });
      this.#emit("unblocked");
    }
  }

  setQuality(id: number): void {
    this.#stream?.setQuality(id);
  }

  setAudio(id: number): void {
    this.#stream?.setAudio(id);
  }

  async togglePip(): Promise<void> {
    if (document.pictureInPictureElement === this.#video) await document.exitPictureInPicture();
    else await this.#video.requestPictureInPicture();
  }

  /** iPhones show nothing but the film itself on the whole screen. */
  enterNativeFullscreen(): void {
    (this.#video as { webkitEnterFullscreen?: () => void }).webkitEnterFullscreen?.();
  }

  async #openStream(source: FilmSource, at_s: number): Promise<void> {
    const { HlsStream } = await import("./HlsStream");
    if (this.#source !== source) return;
    if (!HlsStream.isSupported()) {
      this.#openFile(source, at_s);
      return;
    }
    this.#stream = new HlsStream(this.#video, {
      url: source.url,
      at_s,
      subtitles: readPreferences().subtitles ?? "",
      onTracks: (tracks) => this.#tracksChanged(tracks),
      onFailure: (failure) => this.view.setState({ failure }),
    });
  }

  /** A direct link, or HLS where the browser itself understands it. */
  #openFile(source: FilmSource, at_s: number): void {
    this.#video.src = source.url;
    this.#video.addEventListener("loadedmetadata", () => this.seek(at_s), {
      once: true,
      signal: this.#stop.signal,
    });
  }

  #tracksChanged({ quality, audio, subtitles }: StreamTracks): void {
    this.view.setState({ quality, audio });
    this.captions.streamHas(subtitles);
  }

  async #tryToPlay(): Promise<PlayOutcome> {
    try {
      await this.#video.play();
      return "playing";
    } catch (error) {
      const blocked = error instanceof DOMException && error.name === "NotAllowedError";
      return blocked ? "blocked" : "interrupted";
    }
  }

  #unsilence(): void {
    this.#video.muted = this.view.getState().muted;
    this.view.setState({ soundBlocked: false });
  }

  #settle(outcome: PlayOutcome): PlayOutcome {
    if (outcome === "blocked") {
      this.#wanted = "pause";
      this.view.setState({ blocked: true });
    }
    return outcome;
  }

  #listen(): void {
    const on = (name: string, run: () => void) =>
      this.#video.addEventListener(name, run, { signal: this.#stop.signal });
    for (const name of WORTH_A_LOOK) on(name, () => this.#changed());
    on("progress", () => this.#measure());
    on("pause", () => this.#foundPaused());
    on("play", () => this.#foundPlaying());
    on("error", () => this.#fileFailed());
    on("volumechange", () => this.#volumeChanged());
    on("enterpictureinpicture", () => this.view.setState({ inPip: true }));
    on("leavepictureinpicture", () => this.view.setState({ inPip: false }));
    on("resize", () => this.#changed());
  }

  #changed(): void {
    this.#measure();
    this.#emit("changed");
  }

  #measure(): void {
    const { readyState, duration, videoHeight } = this.#video;
    this.view.setState({
      loaded: readyState >= HTMLMediaElement.HAVE_METADATA,
      duration_s: Number.isFinite(duration) ? duration : 0,
      bufferedUntil_s: bufferedUntil(this.#video),
      shownQuality: videoHeight > 0 ? `${videoHeight}p` : null,
    });
  }

  #foundPaused(): void {
    const { paused, ended } = this.#video;
    if (this.#wanted === "play" && paused && !ended) this.#emit("paused_outside");
    else this.#emit("changed");
  }

  #foundPlaying(): void {
    if (this.#wanted === "pause" && !this.#video.paused) this.#emit("started_outside");
  }

  /** The picture-in-picture window and the system have mute buttons of their own. */
  #volumeChanged(): void {
    const { volume, muted } = this.#video;
    if (!this.view.getState().soundBlocked) this.view.setState({ volume, muted });
  }

  /** Of a plain file; hls.js reports its own troubles. */
  #fileFailed(): void {
    const code = this.#video.error?.code;
    if (this.#stream !== null || this.#source === null || code === undefined) return;
    const lostOnTheWay = code === MediaError.MEDIA_ERR_NETWORK;
    if (!lostOnTheWay || this.#fileFailures >= FILE_RETRIES) {
      this.view.setState({ failure: lostOnTheWay ? "network" : "format" });
      return;
    }
    const at_s = this.#video.currentTime;
    const source = this.#source;
    setTimeout(
      () => {
        if (this.#source === source) this.#openFile(source, at_s);
      },
      1_000 * 2 ** this.#fileFailures,
    );
    this.#fileFailures += 1;
  }

  #emit(event: PlayerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Up to where one could play on from here without loading. */
function bufferedUntil({ buffered, currentTime }: HTMLVideoElement): number {
  for (let i = 0; i < buffered.length; i += 1) {
    if (buffered.start(i) <= currentTime + 0.1 && currentTime <= buffered.end(i)) {
      return buffered.end(i);
    }
  }
  return currentTime;
}

/** On iPhones and iPads the keys own the volume, and writing it has no effect. */
function obeysVolume(video: HTMLVideoElement): boolean {
  video.volume = 0.5;
  return video.volume === 0.5;
}

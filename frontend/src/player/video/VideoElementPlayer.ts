/**
 * The only file that touches `<video>`. It executes what the engine decides, distinguishes the page's own
 * pauses from external ones, and keeps the view that the controls show. It decides nothing about where the
 * film should be.
 */

import { createStore, type StoreApi } from "zustand/vanilla";
import { Captions } from "./Captions";
import type { HlsStream, StreamTracks } from "./HlsStream";
import { ImageCaptions } from "./ImageCaptions";
import {
  EMPTY_VIEW,
  type PlayerEvent,
  type PlayerPort,
  type PlayerSnapshot,
  type PlayerView,
  type PlayOutcome,
  type Source,
} from "./PlayerPort";
import { readPreferences, savePreferences } from "./preferences";

/** Events after which the engine takes a step. */
const STEP_EVENTS = [
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

/** What an iPhone's element has in place of the page's full screen. */
interface NativeFullscreen {
  /** False before the film's length is known. */
  webkitSupportsFullscreen?: boolean;
  webkitEnterFullscreen?: () => void;
}

export class VideoElementPlayer implements PlayerPort {
  readonly view: StoreApi<PlayerView>;
  readonly captions: Captions;
  readonly #video: HTMLVideoElement & NativeFullscreen;
  readonly #images: ImageCaptions;
  readonly #listeners = new Set<(event: PlayerEvent) => void>();
  readonly #stop = new AbortController();
  /** What this page last requested of the element. An event that disagrees has an external cause. */
  #requested: "play" | "pause" = "pause";
  #source: Source | null = null;
  #stream: HlsStream | null = null;
  #fileFailures = 0;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.#images = new ImageCaptions(video);
    const { volume, muted } = readPreferences();
    const canSetVolume = acceptsVolume(video);
    video.playsInline = true;
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
    this.#leavePip();
    this.load(null, 0);
    this.#listeners.clear();
  }

  load(source: Source | null, at_s: number): void {
    this.#stream?.destroy();
    this.#stream = null;
    this.captions.reset();
    this.#images.show(null);
    this.#source = source;
    this.#requested = "pause";
    this.#fileFailures = 0;
    this.#video.pause();
    this.#video.removeAttribute("src");
    this.#video.load();
    const { volume, muted, canSetVolume, canPip, inPip, inNativeFullscreen, canCast, casting } =
      this.view.getState();
    const screens = { canPip, inPip, inNativeFullscreen, canCast, casting };
    this.view.setState({ ...EMPTY_VIEW, volume, muted, canSetVolume, ...screens });
    if (source?.kind === "file") this.#openFile(source, at_s);
    else if (source !== null) {
      this.#openStream(source, at_s).catch(() => this.view.setState({ failure: "network" }));
    }
  }

  snapshot(): PlayerSnapshot {
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
      mayPulse:
        (this.#source?.kind !== "hls" || this.#stream !== null) && !this.view.getState().casting,
    };
  }

  async play(): Promise<PlayOutcome> {
    this.#requested = "play";
    const outcome = await this.#tryToPlay();
    if (outcome !== "blocked" || this.#video.muted) return this.#settle(outcome);
    // Playing in sync without sound is better than not playing: sound then needs one tap.
    this.view.setState({ soundBlocked: true });
    this.#video.muted = true;
    const muted = await this.#tryToPlay();
    if (muted === "blocked") this.#restoreSound();
    return this.#settle(muted);
  }

  pause(): void {
    this.#requested = "pause";
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
    // A source that is opened again starts at the default rate.
    this.#video.defaultPlaybackRate = rate;
  }

  on(listener: (event: PlayerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setVolume(volume: number): void {
    this.#video.volume = volume;
    this.setMuted(volume === 0);
    savePreferences({ volume });
    this.view.setState({ volume });
  }

  setMuted(muted: boolean): void {
    this.#video.muted = muted;
    savePreferences({ muted });
    this.view.setState({ muted, soundBlocked: false });
  }

  /** Called during a tap or key press: only then does the browser allow sound and playing. */
  userGesture(): void {
    const { soundBlocked, blocked } = this.view.getState();
    if (soundBlocked) this.#restoreSound();
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
    if (this.#isInPip()) await document.exitPictureInPicture();
    else await this.#video.requestPictureInPicture();
  }

  enterNativeFullscreen(): void {
    this.#video.webkitEnterFullscreen?.();
  }

  /** Lets the viewer choose a television, or come back from it. */
  chooseScreen(): void {
    // Rejected when the viewer chooses nothing.
    this.#video.remote.prompt().catch(() => {});
  }

  #isInPip(): boolean {
    return document.pictureInPictureElement === this.#video;
  }

  /** The window would outlive the page's element, and stay empty. */
  #leavePip(): void {
    // The viewer may have closed it at the same moment.
    if (this.#isInPip()) document.exitPictureInPicture().catch(() => {});
  }

  async #openStream(source: Source, at_s: number): Promise<void> {
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
      onImages: (url) => this.#images.show(url),
      onFailure: (failure) => this.view.setState({ failure }),
    });
  }

  /** A direct link, or HLS where the browser plays it natively. */
  #openFile(source: Source, at_s: number): void {
    this.#video.src = source.url;
    this.#video.addEventListener("loadedmetadata", () => this.seek(at_s), {
      once: true,
      signal: this.#stop.signal,
    });
  }

  #tracksChanged({ quality, audio, subtitles }: StreamTracks): void {
    this.view.setState({ quality, audio });
    this.captions.setStreamTracks(subtitles);
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

  #restoreSound(): void {
    this.#video.muted = this.view.getState().muted;
    this.view.setState({ soundBlocked: false });
  }

  #settle(outcome: PlayOutcome): PlayOutcome {
    if (outcome === "blocked") {
      this.#requested = "pause";
      this.view.setState({ blocked: true });
    }
    return outcome;
  }

  #listen(): void {
    const on = (name: string, run: () => void) =>
      this.#video.addEventListener(name, run, { signal: this.#stop.signal });
    for (const name of STEP_EVENTS) on(name, () => this.#onChange());
    on("progress", () => this.#updateView());
    on("pause", () => this.#onPause());
    on("play", () => this.#onPlay());
    on("error", () => this.#onFileError());
    on("volumechange", () => this.#onVolumeChange());
    on("enterpictureinpicture", () => this.view.setState({ inPip: true }));
    on("leavepictureinpicture", () => this.view.setState({ inPip: false }));
    on("webkitbeginfullscreen", () => this.view.setState({ inNativeFullscreen: true }));
    on("webkitendfullscreen", () => this.view.setState({ inNativeFullscreen: false }));
    on("resize", () => this.#onChange());
    if ("remote" in this.#video) void this.#watchScreens();
  }

  async #watchScreens(): Promise<void> {
    const { watchScreens } = await import("./screens");
    watchScreens(this.#video.remote, this.#stop.signal, (screens) => {
      const { casting } = this.view.getState();
      this.view.setState(screens);
      if (screens.casting !== casting) this.#stream?.suspend(screens.casting);
    });
  }

  #onChange(): void {
    this.#updateView();
    this.#emit("changed");
  }

  #updateView(): void {
    const { readyState, duration, videoHeight } = this.#video;
    this.view.setState({
      loaded: readyState >= HTMLMediaElement.HAVE_METADATA,
      duration_s: Number.isFinite(duration) ? duration : 0,
      bufferedUntil_s: bufferedUntil(this.#video),
      canNativeFullscreen:
        !document.fullscreenEnabled && this.#video.webkitSupportsFullscreen === true,
      shownQuality: videoHeight > 0 ? `${videoHeight}p` : null,
    });
  }

  #onPause(): void {
    const { paused, ended } = this.#video;
    if (this.#requested === "play" && paused && !ended) this.#emit("paused_externally");
    else this.#emit("changed");
  }

  #onPlay(): void {
    if (this.#requested === "pause" && !this.#video.paused) this.#emit("started_externally");
  }

  /** The picture-in-picture window and the system have their own mute buttons. */
  #onVolumeChange(): void {
    const { volume, muted } = this.#video;
    if (!this.view.getState().soundBlocked) this.view.setState({ volume, muted });
  }

  /** For plain files; hls.js reports its own errors. */
  #onFileError(): void {
    const code = this.#video.error?.code;
    if (this.#stream !== null || this.#source === null || code === undefined) return;
    const isNetworkError = code === MediaError.MEDIA_ERR_NETWORK;
    if (!isNetworkError || this.#fileFailures >= FILE_RETRIES) {
      this.view.setState({ failure: isNetworkError ? "network" : "format" });
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

/** The end of the buffered range around the current position. */
function bufferedUntil({ buffered, currentTime }: HTMLVideoElement): number {
  for (let i = 0; i < buffered.length; i += 1) {
    if (buffered.start(i) <= currentTime + 0.1 && currentTime <= buffered.end(i)) {
      return buffered.end(i);
    }
  }
  return currentTime;
}

/** On iPhones and iPads only the hardware keys set the volume; writing it has no effect. */
function acceptsVolume(video: HTMLVideoElement): boolean {
  video.volume = 0.5;
  return video.volume === 0.5;
}

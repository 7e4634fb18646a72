/**
 * All captions of a film in one list: those inside its stream and those in files of their own. Remembers the
 * viewer's choice beyond the film. `VideoElementPlayer` owns it.
 */
import { NO_TRACKS, type TrackChoice, type TrackChoices } from "./PlayerPort";
import { readPreferences, savePreferences } from "./preferences";

interface CaptionsOptions {
  media: HTMLMediaElement;
  /** −1 turns them off. */
  showInStream: (id: number) => void;
  onChange: (choices: TrackChoices) => void;
}

const OFF = -1;

export class Captions {
  readonly #options: CaptionsOptions;
  readonly #sidecars: SidecarTracks;
  #inStream = NO_TRACKS;
  #lastLabel: string | null = readPreferences().subtitles;

  constructor(options: CaptionsOptions) {
    this.#options = options;
    this.#sidecars = new SidecarTracks(options.media);
  }

  get choices(): TrackChoices {
    const sidecar = this.#sidecars.current;
    return {
      options: [...this.#inStream.options, ...this.#sidecars.options],
      current: sidecar === OFF ? this.#inStream.current : sidecar,
    };
  }

  reset(): void {
    this.#inStream = NO_TRACKS;
    this.#sidecars.replace([]);
  }

  setStreamTracks(choices: TrackChoices): void {
    this.#inStream = choices;
    this.#options.onChange(this.choices);
  }

  setSidecars(sidecars: Sidecar[]): void {
    this.#sidecars.replace(sidecars);
    this.#showPreferred();
    this.#options.onChange(this.choices);
  }

  choose(id: number): void {
    const label = this.choices.options.find((one) => one.id === id)?.label ?? null;
    this.#lastLabel = label ?? this.#lastLabel;
    savePreferences({ subtitles: label });
    this.#show(id);
    this.#options.onChange(this.choices);
  }

  /** Turns captions off, or on: the ones shown last, otherwise the first. */
  toggle(): void {
    const { options, current } = this.choices;
    const track = options.find((one) => one.label === this.#lastLabel) ?? options[0];
    if (track !== undefined) this.choose(current === OFF ? track.id : OFF);
  }

  #show(id: number): void {
    this.#sidecars.show(id);
    this.#options.showInStream(this.#sidecars.current === OFF ? id : OFF);
  }

  /** Turns captions on if they were on in the last film. Those inside the stream start with it anyway. */
  #showPreferred(): void {
    const { options, current } = this.choices;
    const preferred = readPreferences().subtitles;
    const track = options.find((one) => one.label === preferred);
    if (current === OFF && track !== undefined) this.#show(track.id);
  }
}

/** A subtitle file that was added to a film. */
export interface Sidecar {
  label: string;
  language: string;
  url: string;
}

/** Above every id that a stream gives to its own tracks. */
const FIRST_SIDECAR_ID = 1_000;

/** Subtitle files as `<track>` elements: the browser loads and draws them. */
class SidecarTracks {
  #media: HTMLMediaElement;
  #tracks: HTMLTrackElement[] = [];
  #shown = OFF;

  constructor(media: HTMLMediaElement) {
    this.#media = media;
  }

  get options(): TrackChoice[] {
    return this.#tracks.map(({ label }, i) => ({ id: FIRST_SIDECAR_ID + i, label }));
  }

  /** The id of the track that is shown, or −1. */
  get current(): number {
    return this.#shown;
  }

  replace(sidecars: Sidecar[]): void {
    for (const track of this.#tracks) track.remove();
    this.#shown = OFF;
    this.#tracks = sidecars.map(({ label, language, url }) => {
      const track = document.createElement("track");
      track.kind = "subtitles";
      track.label = label;
      track.srclang = language;
      track.src = url;
      this.#media.append(track);
      return track;
    });
  }

  /** Any other id turns all of these off. */
  show(id: number): void {
    const chosen = this.#tracks[id - FIRST_SIDECAR_ID];
    this.#shown = chosen === undefined ? OFF : id;
    for (const { track } of this.#tracks) {
      track.mode = track === chosen?.track ? "showing" : "disabled";
    }
  }
}

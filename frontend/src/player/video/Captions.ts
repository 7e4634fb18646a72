/**
 * All captions of a film in one list, those inside its stream and those beside it, and the
 * person's wish, which outlives the film. `VideoElementPlayer` owns it.
 */
import { type Choice, NO_CHOICE, type TrackChoices } from "./PlayerPort";
import { keepPreferences, readPreferences } from "./preferences";

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
  #inStream = NO_CHOICE;
  #last: string | null = readPreferences().subtitles;

  constructor(options: CaptionsOptions) {
    this.#options = options;
    this.#sidecars = new SidecarTracks(options.media);
  }

  get choices(): TrackChoices {
    const beside = this.#sidecars.current;
    return {
      options: [...this.#inStream.options, ...this.#sidecars.options],
      current: beside === OFF ? this.#inStream.current : beside,
    };
  }

  reset(): void {
    this.#inStream = NO_CHOICE;
    this.#sidecars.replace([]);
  }

  streamHas(choices: TrackChoices): void {
    this.#inStream = choices;
    this.#options.onChange(this.choices);
  }

  besideAre(sidecars: Sidecar[]): void {
    this.#sidecars.replace(sidecars);
    this.#showWanted();
    this.#options.onChange(this.choices);
  }

  choose(id: number): void {
    const label = this.choices.options.find((one) => one.id === id)?.label ?? null;
    this.#last = label ?? this.#last;
    keepPreferences({ subtitles: label });
    this.#show(id);
    this.#options.onChange(this.choices);
  }

  /** Off, or the ones that were on last, or the first. */
  toggle(): void {
    const { options, current } = this.choices;
    const track = options.find((one) => one.label === this.#last) ?? options[0];
    if (track !== undefined) this.choose(current === OFF ? track.id : OFF);
  }

  #show(id: number): void {
    this.#sidecars.show(id);
    this.#options.showInStream(this.#sidecars.current === OFF ? id : OFF);
  }

  /** Whoever had captions on in the last film has them on in this one; those in its stream begin with it. */
  #showWanted(): void {
    const { options, current } = this.choices;
    const wanted = readPreferences().subtitles;
    const track = options.find((one) => one.label === wanted);
    if (current === OFF && track !== undefined) this.#show(track.id);
  }
}

/**
 * Captions that lie beside the film as files of their own, because somebody added them
 * later. The browser loads and draws them; here is only which there are and which is on.
 */
export interface Sidecar {
  label: string;
  language: string;
  url: string;
}

/** Above every id that a stream gives to its own tracks. */
const FIRST_ID = 1_000;

export class SidecarTracks {
  #media: HTMLMediaElement;
  #tracks: HTMLTrackElement[] = [];
  #shown = -1;

  constructor(media: HTMLMediaElement) {
    this.#media = media;
  }

  get options(): Choice[] {
    return this.#tracks.map(({ label }, i) => ({ id: FIRST_ID + i, label }));
  }

  /** The id of the one that is on, or −1. */
  get current(): number {
    return this.#shown;
  }

  replace(sidecars: Sidecar[]): void {
    for (const track of this.#tracks) track.remove();
    this.#shown = -1;
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
    const chosen = this.#tracks[id - FIRST_ID];
    this.#shown = chosen === undefined ? -1 : id;
    for (const { track } of this.#tracks) {
      track.mode = track === chosen?.track ? "showing" : "disabled";
    }
  }
}

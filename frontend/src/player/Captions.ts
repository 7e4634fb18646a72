/**
 * All captions of a film in one list, those inside its stream and those beside it, and the
 * person's wish, which outlives the film. `VideoElementPlayer` owns it.
 */
import { NO_CHOICE, type TrackChoices } from "./PlayerPort";
import { keepPreferences, readPreferences } from "./preferences";
import { type Sidecar, SidecarTracks } from "./SidecarTracks";

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

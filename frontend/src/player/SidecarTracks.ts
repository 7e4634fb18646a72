/**
 * Captions that lie beside the film as files of their own, because somebody added them
 * later. The browser loads and draws them; here is only which there are and which is on.
 */
import type { Choice } from "./PlayerPort";

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

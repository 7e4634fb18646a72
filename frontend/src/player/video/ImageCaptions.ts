/**
 * Draws subtitles that are pictures over the film, at the place and in the size that their author gave them.
 * `VideoElementPlayer` owns it.
 */
import { cueAfter, cuesAt, type ImageCue, pictureBox, readImageCues } from "./imageCues";

export class ImageCaptions {
  readonly #video: HTMLVideoElement;
  readonly #layer = document.createElement("div");
  #url: string | null = null;
  #cues: ImageCue[] = [];
  #shown: ImageCue[] = [];
  #frame = 0;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.#layer.className = "image-captions";
    this.#layer.setAttribute("aria-hidden", "true");
  }

  /** The list of a track's pictures; null shows none. */
  show(url: string | null): void {
    if (url === this.#url) return;
    this.#url = url;
    this.#cues = [];
    this.#replace([]);
    cancelAnimationFrame(this.#frame);
    this.#layer.remove();
    if (url === null) return;
    this.#video.after(this.#layer);
    this.#load(url).catch(() => this.#forget(url));
    this.#follow();
  }

  async #load(url: string): Promise<void> {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`the list of pictures was answered with ${answer.status}`);
    const cues = readImageCues(await answer.json());
    if (this.#url === url) this.#cues = cues;
  }

  /** The next choice of the track loads the list again. */
  #forget(url: string): void {
    if (this.#url === url) this.show(null);
  }

  #follow(): void {
    const at_s = this.#video.currentTime;
    const cues = cuesAt(this.#cues, at_s);
    const changed =
      cues.length !== this.#shown.length || cues.some((cue, n) => cue !== this.#shown[n]);
    if (changed) {
      this.#replace(cues);
      const next = cueAfter(this.#cues, at_s);
      if (next !== undefined) new Image().src = this.#address(next);
    }
    if (cues.length > 0) this.#fit();
    this.#frame = requestAnimationFrame(() => this.#follow());
  }

  #replace(cues: ImageCue[]): void {
    this.#shown = cues;
    this.#layer.replaceChildren(...cues.map((cue) => this.#picture(cue)));
  }

  #picture(cue: ImageCue): HTMLImageElement {
    const picture = document.createElement("img");
    picture.alt = "";
    picture.src = this.#address(cue);
    const { x, y, width, height } = cue;
    for (const [name, share] of Object.entries({ left: x, top: y, width, height })) {
      picture.style.setProperty(name, `${share * 100}%`);
    }
    return picture;
  }

  #address({ image }: ImageCue): string {
    return new URL(image, new URL(this.#url ?? "", location.href)).href;
  }

  #fit(): void {
    const { clientWidth, clientHeight, videoWidth, videoHeight } = this.#video;
    const element = { width: clientWidth, height: clientHeight };
    const box = pictureBox(element, { width: videoWidth, height: videoHeight });
    for (const [name, pixels] of Object.entries(box)) {
      this.#layer.style.setProperty(name, `${pixels}px`);
    }
  }
}

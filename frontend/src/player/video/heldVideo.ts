/**
 * The `<video>` of the next stage, created during the tap that leads to it and kept through the lobby. WebKit lets an
 * element that is created within a few seconds of a tap play with sound permanently, and otherwise requires another tap.
 */
let held: HTMLVideoElement | null = null;

/** Called during a tap that opens a room. */
export function holdVideo(): void {
  held = document.createElement("video");
  // Old versions of Safari unlock an element only by such a call.
  held.load();
}

/** The element of the last tap, or a new one. */
export function takeVideo(): HTMLVideoElement {
  const video = held ?? document.createElement("video");
  held = null;
  return video;
}

/** Asks the browser how long a film elsewhere is, which also shows whether it plays here at all. */

const PATIENCE_MS = 15_000;

/**
 * Seconds; undefined where the file does not say. Rejects when this browser cannot play it, or has heard nothing of it
 * for 15 s.
 */
export async function lengthOf(url: string): Promise<number | undefined> {
  const video = document.createElement("video");
  video.preload = "metadata";
  try {
    await new Promise((resolve, reject) => {
      video.onloadedmetadata = resolve;
      video.onerror = reject;
      setTimeout(reject, PATIENCE_MS);
      video.src = url;
    });
    return Number.isFinite(video.duration) ? video.duration : undefined;
  } finally {
    // What was begun is not loaded to its end.
    video.removeAttribute("src");
    video.load();
  }
}

const TIMEOUT_MS = 15_000;

/**
 * How long the film at a URL is, in seconds; undefined if the file does not say. Rejects if this browser cannot play
 * the film, or has loaded nothing of it within 15 s.
 */
export async function probeDuration(url: string): Promise<number | undefined> {
  const video = document.createElement("video");
  video.preload = "metadata";
  try {
    await new Promise((resolve, reject) => {
      video.onloadedmetadata = resolve;
      video.onerror = reject;
      setTimeout(reject, TIMEOUT_MS);
      video.src = url;
    });
    return Number.isFinite(video.duration) ? video.duration : undefined;
  } finally {
    // Stops the download.
    video.removeAttribute("src");
    video.load();
  }
}

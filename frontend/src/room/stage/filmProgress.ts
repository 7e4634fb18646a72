/** What to say about a film that is not playable yet. Pure. */
import type { VideoStatus } from "@/api/videos";
import { isolated } from "@/ui/format";
import type { Upload } from "@/upload/upload";

interface UnfinishedFilm {
  status: VideoStatus;
  progress: number;
}

interface FilmProgress {
  headline: string;
  detail: string;
  /** 0–1; missing while unknown. */
  share?: number;
}

const CHAT_MEANWHILE = "Chat is open.";

/** `upload` exists only on the page that sends the film. */
export function filmProgress(
  film: UnfinishedFilm,
  upload: Upload | undefined,
  hostName: string,
): FilmProgress {
  // The page that sends the film knows first that the upload is complete.
  if (film.status !== "uploading" || upload?.phase === "done") return preparing(film.progress);
  if (!upload) {
    const detail = `${isolated(hostName)} is uploading. ${CHAT_MEANWHILE}`;
    if (film.progress === 0) return { headline: "Film uploading", detail };
    return { headline: `Uploading ${percent(film.progress)}`, detail, share: film.progress };
  }
  const share = upload.size > 0 ? upload.sent / upload.size : 0;
  const headline = STOPPED[upload.phase] ?? `Uploading ${percent(share)}`;
  return { headline, detail: CHAT_MEANWHILE, share };
}

/** Phases in which the upload waits for the user. */
const STOPPED: Partial<Record<Upload["phase"], string>> = {
  paused: "Upload paused",
  choose_file: "Upload stopped",
  failed: "Upload failed",
};

function preparing(progress: number): FilmProgress {
  const detail = `Starts in a few seconds. ${CHAT_MEANWHILE}`;
  if (progress === 0) return { headline: "Preparing the film", detail };
  return { headline: `Preparing ${percent(progress)}`, detail, share: progress };
}

function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}

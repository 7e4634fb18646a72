/** What to say about a film that is not playable yet. Pure. */
import { t } from "@lingui/core/macro";
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

const chatMeanwhile = () => t`Chat is open.`;

/** `upload` exists only on the page that sends the film. */
export function filmProgress(
  film: UnfinishedFilm,
  upload: Upload | undefined,
  hostName: string,
): FilmProgress {
  // The page that sends the film knows first that the upload is complete.
  if (film.status !== "uploading" || upload?.phase === "done") return preparing(film.progress);
  if (!upload) {
    const detail = `${t`${isolated(hostName)} is uploading.`} ${chatMeanwhile()}`;
    if (film.progress === 0) return { headline: t`Film uploading`, detail };
    return { headline: t`Uploading ${percent(film.progress)}`, detail, share: film.progress };
  }
  const share = upload.size > 0 ? upload.sent / upload.size : 0;
  const headline = stopped()[upload.phase] ?? t`Uploading ${percent(share)}`;
  return { headline, detail: chatMeanwhile(), share };
}

/** Phases in which the upload waits for the user. */
const stopped = (): Partial<Record<Upload["phase"], string>> => ({
  paused: t`Upload paused`,
  choose_file: t`Upload stopped`,
  failed: t`Upload failed`,
});

function preparing(progress: number): FilmProgress {
  const detail = `${t`Starts in a few seconds.`} ${chatMeanwhile()}`;
  if (progress === 0) return { headline: t`Preparing the film`, detail };
  return { headline: t`Preparing ${percent(progress)}`, detail, share: progress };
}

function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}

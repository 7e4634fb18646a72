/** What to say about a film that cannot be watched yet. */
import type { VideoStatus } from "@/api/videos";
import type { Upload } from "@/upload/upload";

interface Coming {
  status: VideoStatus;
  progress: number;
}

export interface Arrival {
  headline: string;
  detail: string;
  /** 0–1; unknown while nobody here can tell. */
  share?: number;
}

const CHAT_MEANWHILE = "Chat is open.";

/** `upload` is known only to the page that sends the film. */
export function arrival(film: Coming, upload: Upload | undefined, hostName: string): Arrival {
  // The page that sends it knows first that all of it has arrived.
  if (film.status !== "uploading" || upload?.phase === "done") return preparing(film.progress);
  if (!upload) {
    const detail = `${hostName} is uploading. ${CHAT_MEANWHILE}`;
    return { headline: "Film uploading", detail };
  }
  const share = upload.size > 0 ? upload.sent / upload.size : 0;
  const headline = STANDSTILLS[upload.phase] ?? `Uploading ${percent(share)}`;
  return { headline, detail: CHAT_MEANWHILE, share };
}

/** Nothing moves until somebody does something. */
const STANDSTILLS: Partial<Record<Upload["phase"], string>> = {
  paused: "Upload paused",
  choose_file: "Upload stopped",
  failed: "Upload failed",
};

function preparing(progress: number): Arrival {
  const detail = `Starts in a few seconds. ${CHAT_MEANWHILE}`;
  if (progress === 0) return { headline: "Preparing the film", detail };
  return { headline: `Preparing ${percent(progress)}`, detail, share: progress };
}

function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}

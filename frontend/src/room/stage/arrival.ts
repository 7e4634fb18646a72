/** What to say about a film that cannot be watched yet. */
import type { VideoStatus } from "@/api/videos";
import { formatBytes, formatRate, formatWait } from "@/ui/format";
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

const CHAT_MEANWHILE = "You can already chat.";

export function arrival(film: Coming, upload: Upload | undefined, hostName: string): Arrival {
  if (film.status === "uploading") {
    return upload ? ownUpload(upload) : othersUpload(hostName);
  }
  return {
    headline: film.progress > 0 ? `Preparing ${percent(film.progress)}` : "Preparing the film",
    detail: `The first picture comes in a few seconds. ${CHAT_MEANWHILE}`,
    share: film.progress > 0 ? film.progress : undefined,
  };
}

function othersUpload(hostName: string): Arrival {
  return {
    headline: "The film is on its way",
    detail: `${hostName} is uploading it. ${CHAT_MEANWHILE}`,
  };
}

function ownUpload({ phase, sent, size, pace, message }: Upload): Arrival {
  const share = size > 0 ? sent / size : 0;
  switch (phase) {
    case "checking":
    case "queued":
      return { headline: "Getting ready to upload", detail: message ?? "", share };
    case "paused":
      return { headline: `Paused at ${percent(share)}`, detail: "", share };
    case "choose_file":
      return {
        headline: `Stopped at ${percent(share)}`,
        detail: "Choose the same file again and it goes on from there.",
        share,
      };
    case "failed":
      return { headline: "The upload has failed", detail: message ?? "", share };
    case "done":
      return {
        headline: "Uploaded",
        detail: "The first picture comes in a few seconds.",
        share: 1,
      };
    case "uploading":
    case "waiting":
      return {
        headline: `Uploading ${percent(share)}`,
        detail: message ?? [amount(sent, size), ...speed(pace)].join(" · "),
        share,
      };
  }
}

function amount(sent: number, size: number): string {
  return `${formatBytes(sent)} of ${formatBytes(size)}`;
}

function speed(pace: Upload["pace"]): string[] {
  if (!pace) return [];
  return [formatRate(pace.bytes_per_s), `${formatWait(pace.left_s)} left`];
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

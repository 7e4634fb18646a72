/** Whether a file can be uploaded, decided before a byte is sent. Pure. */

import { t } from "@lingui/core/macro";
import { formatBytes, isolated } from "@/ui/format";

const TYPES: Record<string, string> = {
  mp4: "video/mp4",
  m4v: "video/mp4",
  mov: "video/quicktime",
  mkv: "video/x-matroska",
  webm: "video/webm",
  avi: "video/x-msvideo",
  wmv: "video/x-ms-wmv",
  flv: "video/x-flv",
  mpg: "video/mpeg",
  mpeg: "video/mpeg",
  ts: "video/mp2t",
  m2ts: "video/mp2t",
  mts: "video/mp2t",
  vob: "video/mpeg",
  ogv: "video/ogg",
  "3gp": "video/3gpp",
};

/** The `accept` attribute of file inputs. */
export const ACCEPT = ["video/*", ...Object.keys(TYPES).map((extension) => `.${extension}`)].join(
  ",",
);

export interface Allowance {
  max_upload_bytes: number | null;
  /** What the quota leaves; null while unknown. */
  free_bytes: number | null;
}

export interface Candidate {
  name: string;
  size: number;
  type: string;
}

/** The sentence that refuses the file, or null if it can be uploaded. */
export function uploadRefusal(
  file: Candidate,
  { max_upload_bytes, free_bytes }: Allowance,
): string | null {
  if (/\.(srt|vtt|ass|ssa|sub)$/i.test(file.name)) {
    return t`“${isolated(file.name)}” is a subtitle file. Add it in your library, in the film’s menu under Subtitles.`;
  }
  if (contentType(file) === null) {
    return t`“${isolated(file.name)}” isn’t a video. Choose an MP4, MKV, MOV, WebM or other video file.`;
  }
  if (file.size === 0) return t`“${isolated(file.name)}” is empty.`;
  if (max_upload_bytes !== null && file.size > max_upload_bytes) {
    return t`“${isolated(file.name)}” is ${formatBytes(file.size)}. The limit here is ${formatBytes(max_upload_bytes)}.`;
  }
  if (free_bytes !== null && file.size > free_bytes) {
    return t`“${isolated(file.name)}” is ${formatBytes(file.size)}, but you have ${formatBytes(Math.max(0, free_bytes))} left. Delete a film to make room.`;
  }
  return null;
}

/** By the browser's type, otherwise by the file extension, because browsers do not know every container. */
export function contentType(file: Pick<Candidate, "name" | "type">): string | null {
  if (file.type.startsWith("video/")) return file.type;
  const extension = /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase();
  return (extension && TYPES[extension]) || null;
}

/** One upload as pages show it. Pure. */

import { t } from "@lingui/core/macro";
import type { Transfer } from "./transfer";
import type { UploadSpeed } from "./uploadSpeed";

export type UploadPhase =
  | "checking" // reading the file and creating the video
  | "queued" // behind another upload
  | "uploading"
  | "waiting" // for the connection or a busy server
  | "paused"
  | "choose_file" // started before a reload; continues when the same file is chosen
  | "done"
  | "failed";

export interface Upload {
  id: string;
  video_id: string | null;
  title: string;
  filename: string;
  size: number;
  phase: UploadPhase;
  sent: number;
  speed: UploadSpeed | null;
  /** Why it failed or is waiting, for people. */
  message: string | null;
}

export function isActive({ phase }: Upload): boolean {
  return phase === "uploading" || phase === "waiting" || phase === "checking" || phase === "queued";
}

export function phaseOf({ phase }: Transfer): UploadPhase | "cancelled" {
  switch (phase.at) {
    case "granting":
    case "starting":
    case "querying":
    case "sending":
      return "uploading";
    case "backing_off":
      return "waiting";
    default:
      return phase.at;
  }
}

export function messageOf({ phase }: Transfer): string | null {
  if (phase.at === "failed") return phase.detail;
  if (phase.at === "backing_off") return t`Connection lost. We’ll resume automatically.`;
  return null;
}

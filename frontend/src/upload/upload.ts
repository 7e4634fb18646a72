/** One upload as people see it. Pure. */

import type { Pace } from "./meter";
import type { Transfer } from "./transfer";

export type UploadPhase =
  | "checking" // the file is being read, the video created
  | "queued" // another upload goes first
  | "uploading"
  | "waiting" // for the connection, or for a server that is busy
  | "paused"
  | "choose_file" // begun before a reload; goes on when the same file is chosen
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
  pace: Pace | null;
  /** Why it failed or waits, for a person. */
  message: string | null;
}

export function isActive({ phase }: Upload): boolean {
  return phase === "uploading" || phase === "waiting" || phase === "checking" || phase === "queued";
}

export function phaseOf({ phase }: Transfer): UploadPhase | "cancelled" {
  switch (phase.at) {
    case "granting":
    case "starting":
    case "asking":
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
  if (phase.at === "backing_off") return "Connection lost. We’ll resume automatically.";
  return null;
}

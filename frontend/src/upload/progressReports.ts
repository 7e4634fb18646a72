/** When to report an upload's progress to the server, which shows it to the room's guests. Pure. */

import type { Upload } from "./upload";

const EVERY_MS = 5_000;

interface Report {
  percent: number;
  at_ms: number;
}

/** The last report of each video. */
export type Reports = ReadonlyMap<string, Report>;

/** The uploads that are due for a report, and the reports after it: at most one in five seconds, and a hundred in all. */
export function dueReports(
  uploads: readonly Upload[],
  before: Reports,
  now_ms: number,
): { due: Upload[]; after: Reports } {
  const after = new Map(before);
  const due = uploads.filter((upload) => {
    if (upload.phase !== "uploading" || upload.video_id === null || upload.size === 0) return false;
    const percent = Math.floor((upload.sent / upload.size) * 100);
    const last = before.get(upload.video_id);
    const isDue =
      last === undefined
        ? percent > 0
        : now_ms - last.at_ms >= EVERY_MS && percent !== last.percent;
    if (isDue) after.set(upload.video_id, { percent, at_ms: now_ms });
    return isDue;
  });
  return { due, after };
}

/** This tab's UploadManager with the browser's adapters, and the hooks with which pages read it. */

import { useStore } from "zustand";
import { usage } from "@/api/accounts";
import { call, randomId } from "@/api/client";
import { ApiError, isTemporary } from "@/api/errors";
import { useSession } from "@/api/session";
import type { SiteConfig } from "@/api/siteConfig";
import { createVideo, deleteVideo, reportUploadProgress, restartUpload } from "@/api/videos";
import { browserTransport } from "./browserTransport";
import { fingerprint } from "./fingerprint";
import { browserLease } from "./lease";
import { dueReports, type Reports } from "./progressReports";
import { indexedUploads } from "./savedUploads";
import { browserTimers, GrantRefused } from "./transferRun";
import { ConnectionLost } from "./transport";
import { isActive, type Upload } from "./upload";
import { type UploadApi, UploadManager } from "./uploadManager";

const api: UploadApi = {
  accountId: () => useSession.getState().account?.id ?? "",

  async allowance() {
    const [{ max_upload_bytes }, { used_bytes, quota_bytes }] = await Promise.all([
      call<SiteConfig>("GET", "/config", { anonymous: true }),
      usage(),
    ]);
    return { max_upload_bytes, free_bytes: quota_bytes - used_bytes };
  },

  create: (body) => createVideo(body, randomId()),

  async restart(video_id) {
    try {
      return (await restartUpload(video_id)).upload;
    } catch (error) {
      if (isTemporary(error)) throw new ConnectionLost("restart");
      if (error instanceof ApiError) throw new GrantRefused(error.detail);
      throw error;
    }
  },

  discard: deleteVideo,
};

export const uploads = new UploadManager({
  api,
  transport: browserTransport,
  saved: indexedUploads,
  takeLease: browserLease(randomId()),
  fingerprint,
  timers: browserTimers,
  newId: randomId,
});

// Whatever page shows uploads also shows what earlier pages left unfinished. Each account has its own.
void uploads.restore();
useSession.subscribe((now, before) => {
  if (now.account?.id !== before.account?.id) void uploads.restore();
});

let reports: Reports = new Map();
uploads.store.subscribe((state) => {
  const { due, after } = dueReports(state.uploads, reports, performance.now());
  reports = after;
  for (const { video_id, sent } of due) {
    // If a report is lost, guests see an older figure for a few seconds.
    if (video_id) reportUploadProgress(video_id, sent).catch(() => {});
  }
});

window.addEventListener("online", () => uploads.online());

window.addEventListener("beforeunload", (event) => {
  // The browser shows its own question. The upload could continue later, but only with the same file.
  if (uploads.store.getState().uploads.some(isActive)) event.preventDefault();
});

export function useUploads(): readonly Upload[] {
  return useStore(uploads.store, (state) => state.uploads);
}

/** This tab's upload of a video, if there is one. */
export function useUploadOf(video_id: string | null | undefined): Upload | undefined {
  return useStore(uploads.store, (state) =>
    state.uploads.find((upload) => upload.video_id === video_id && video_id !== null),
  );
}

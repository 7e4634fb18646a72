import { call } from "./client";
import type { Page, PageQuery } from "./pages";
import type { Schema } from "./schema";

/** `playable`: the first rendition can be watched; `progress`: 0–1 of the work on all of them. */
export type Video = Schema<"VideoView">;
export type VideoStatus = Video["status"];
export type UploadGrant = Schema<"UploadView">;
export type NewUpload = Schema<"UploadAnnouncement">;
/** A film that lies elsewhere and is played from there. */
export type NewLink = Schema<"DirectLink">;
export type Playback = Schema<"Playback">;

export const createVideo = (body: NewUpload, idempotencyKey?: string) =>
  call<{ video: Video; upload: UploadGrant }>("POST", "/videos", { body, idempotencyKey });

export const createLink = (body: NewLink) =>
  call<{ video: Video }>("POST", "/videos", { body }).then((made) => made.video);

/** A new start for a video that is still uploading. */
export const restartUpload = (id: string) =>
  call<{ upload: UploadGrant }>("POST", `/videos/${id}/upload`, { body: {} });

/** Where these parts of an `s3-multipart` upload go, and which are there. */
export const uploadParts = (id: string, numbers: number[]) =>
  call<Schema<"PartsView">>("POST", `/videos/${id}/upload/parts`, { body: { numbers } });

export const completeUpload = (id: string) => call<Video>("POST", `/videos/${id}/upload/complete`);

export const abortUpload = (id: string) => call<void>("POST", `/videos/${id}/upload/abort`);

export const videos = (query: PageQuery = {}) => call<Page<Video>>("GET", "/videos", { query });

export const video = (id: string) => call<Video>("GET", `/videos/${id}`);

export const renameVideo = (id: string, title: string) =>
  call<Video>("PATCH", `/videos/${id}`, { body: { title } });

export const deleteVideo = (id: string) => call<void>("DELETE", `/videos/${id}`);

/** Whether trying again may help: the file itself stays as it is, our side may be better next time. */
export const mayRecover = (video: Pick<Video, "failure">): boolean =>
  video.failure?.code === "internal" || video.failure?.code === "timeout";

export const retryVideo = (id: string) => call<Video>("POST", `/videos/${id}/retry`, { body: {} });

export const addSubtitles = (id: string, file: Blob, query: { language: string; label: string }) =>
  call<Video>("POST", `/videos/${id}/subtitles`, { body: file, query });

export const removeSubtitles = (id: string, trackId: string) =>
  call<Video>("DELETE", `/videos/${id}/subtitles/${trackId}`);

export const playback = (id: string, body: Partial<Schema<"PlaybackRequest">>, bearer?: string) =>
  call<Playback>("POST", `/videos/${id}/playback`, { body, bearer });

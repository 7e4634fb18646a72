import { serverSentence } from "@/language/serverSentence";
import { call } from "./client";
import type { Page, PageQuery } from "./pages";
import type { Schema } from "./schema";

/** `playable`: the first rendition can be watched. `progress`: 0–1 of the upload, then of the work on all renditions. */
export type Video = Schema<"VideoView">;
export type VideoStatus = Video["status"];
export type UploadGrant = Schema<"UploadView">;
export type NewUpload = Schema<"UploadAnnouncement">;
/** A film on another server, which is played from there. */
export type NewLink = Schema<"DirectLink">;
export type Playback = Schema<"Playback">;

export const createVideo = (body: NewUpload, idempotencyKey?: string) =>
  call<{ video: Video; upload: UploadGrant }>("POST", "/videos", { body, idempotencyKey });

export const createLink = (body: NewLink) =>
  call<{ video: Video }>("POST", "/videos", { body }).then((made) => made.video);

/** Grants a new start for a video that is still uploading. */
export const restartUpload = (id: string) =>
  call<{ upload: UploadGrant }>("POST", `/videos/${id}/upload`, { body: {} });

/** Shows the room's guests how much has been sent. */
export const reportUploadProgress = (id: string, sent_bytes: number) =>
  call<void>("POST", `/videos/${id}/upload/progress`, { body: { sent_bytes } });

/** The URLs for these parts of an `s3-multipart` upload, and the parts that are stored already. */
export const uploadParts = (id: string, numbers: number[]) =>
  call<Schema<"PartsView">>("POST", `/videos/${id}/upload/parts`, { body: { numbers } });

export const completeUpload = (id: string) => call<Video>("POST", `/videos/${id}/upload/complete`);

export const abortUpload = (id: string) => call<void>("POST", `/videos/${id}/upload/abort`);

export const videos = (query: PageQuery = {}) => call<Page<Video>>("GET", "/videos", { query });

export const video = (id: string) => call<Video>("GET", `/videos/${id}`);

export const renameVideo = (id: string, title: string) =>
  call<Video>("PATCH", `/videos/${id}`, { body: { title } });

export const deleteVideo = (id: string) => call<void>("DELETE", `/videos/${id}`);

/** Whether another attempt may succeed: not if the file itself is the problem. */
export const mayRecover = (video: Pick<Video, "failure">): boolean =>
  video.failure?.code === "internal" || video.failure?.code === "timeout";

export const retryVideo = (id: string) => call<Video>("POST", `/videos/${id}/retry`, { body: {} });

/** A ZIP file that explains why a film failed. */
export const failureBundle = (id: string) =>
  call<Blob>("GET", `/videos/${id}/failure-bundle`, { asFile: true });

/** How a subtitle file reads in one character set, with lines to tell the readings apart. */
export type SubtitleReading = Schema<"ReadingView">;

/** The plausible readings, the most likely first; with one, there is nothing to choose. */
export const previewSubtitles = (id: string, file: Blob, language: string) =>
  call<Schema<"SubtitlePreview">>("POST", `/videos/${id}/subtitles/preview`, {
    body: file,
    query: { language },
  }).then(({ readings }) => readings);

export const addSubtitles = (
  id: string,
  file: Blob,
  query: { language: string; label: string; charset?: string },
) => call<Video>("POST", `/videos/${id}/subtitles`, { body: file, query });

export const removeSubtitles = (id: string, trackId: string) =>
  call<Video>("DELETE", `/videos/${id}/subtitles/${trackId}`);

export const playback = (id: string, body: Partial<Schema<"PlaybackRequest">>, bearer?: string) =>
  call<Playback>("POST", `/videos/${id}/playback`, { body, bearer });

/** Why a film could not be prepared. */
export const failureText = ({ code, message }: NonNullable<Video["failure"]>) =>
  serverSentence(`failure.${code}`, message);

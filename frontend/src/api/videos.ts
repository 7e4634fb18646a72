import { call } from "./client";
import type { Page, PageQuery } from "./page";

export type VideoStatus = "uploading" | "queued" | "processing" | "ready" | "failed";

export interface Rendition {
  height: number;
  [fact: string]: unknown;
}

export interface Video {
  id: string;
  title: string;
  filename: string;
  size_bytes: number;
  status: VideoStatus;
  /** 0–1, of the work on the renditions. */
  progress: number;
  /** The first rendition can be watched. */
  playable: boolean;
  duration_s: number | null;
  playable_s: number;
  renditions: Rendition[];
  audio_tracks: Array<Record<string, unknown>>;
  subtitle_tracks: Array<Record<string, unknown>>;
  poster_url: string | null;
  failure: { code: string; message: string } | null;
  fingerprint?: string | null;
  source_url?: string | null;
  created_at: string;
}

export interface UploadGrant {
  protocol: "gcs-resumable";
  start_url: string;
  headers: Record<string, string>;
  expires_at: string;
}

export interface NewUpload {
  title?: string;
  filename: string;
  size_bytes: number;
  content_type: string;
  fingerprint?: string;
}

export interface Playback {
  manifest_url: string;
  expires_at: string;
  /** Pictures along the film, for the scrub bar. */
  sprites_url: string | null;
}

export const createVideo = (body: NewUpload, idempotencyKey?: string) =>
  call<{ video: Video; upload: UploadGrant }>("POST", "/videos", { body, idempotencyKey });

export const linkVideo = (body: { title?: string; source_url: string }, idempotencyKey?: string) =>
  call<{ video: Video }>("POST", "/videos", { body, idempotencyKey });

/** A new start for a video that is still uploading. */
export const restartUpload = (id: string) =>
  call<{ upload: UploadGrant }>("POST", `/videos/${id}/upload`, { body: {} });

export const videos = (query: PageQuery = {}) => call<Page<Video>>("GET", "/videos", { query });

export const video = (id: string) => call<Video>("GET", `/videos/${id}`);

export const renameVideo = (id: string, title: string) =>
  call<Video>("PATCH", `/videos/${id}`, { body: { title } });

export const deleteVideo = (id: string) => call<void>("DELETE", `/videos/${id}`);

export const retryVideo = (id: string) => call<Video>("POST", `/videos/${id}/retry`, { body: {} });

export const playback = (id: string, body: { room_id?: string; via?: "link" }, bearer?: string) =>
  call<Playback>("POST", `/videos/${id}/playback`, { body, bearer });

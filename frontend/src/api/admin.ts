import type { Account } from "./accounts";
import { call } from "./client";
import type { Page, PageQuery } from "./page";
import type { Access } from "./rooms";
import type { VideoStatus } from "./videos";

export interface SiteSettings {
  registration: "invitation" | "open";
  temporary_hosts: boolean;
  quota_bytes: number;
  temporary_quota_bytes: number;
  max_upload_bytes: number;
  brand_name: string;
}

export interface AdminAccount extends Account {
  suspended: boolean;
  /** null: the site's default. */
  quota_bytes: number | null;
}

export interface AccountInvite {
  id: string;
  email: string | null;
  role: Account["role"];
  created_at: string;
  expires_at: string;
  used_at: string | null;
}

export interface AdminRoom {
  id: string;
  name: string;
  owner_id: string;
  access: Access;
  video_id: string | null;
  created_at: string;
  last_active_at: string;
  closed_at: string | null;
}

export interface AdminVideo {
  id: string;
  title: string;
  owner_id: string;
  size_bytes: number;
  status: VideoStatus;
  progress: number;
  failure_code: string | null;
  created_at: string;
  updated_at: string;
}

export interface AdminJob {
  video_id: string;
  title: string;
  state: string;
  attempt: number;
  progress: number;
  updated_at: string;
}

export interface AuditLine {
  id: string;
  at: string;
  actor: string;
  action: string;
  target: string;
  data: Record<string, unknown>;
}

export const siteSettings = () => call<SiteSettings>("GET", "/admin/settings");

export const changeSiteSettings = (body: Partial<SiteSettings>) =>
  call<SiteSettings>("PATCH", "/admin/settings", { body });

export const allAccounts = (query: PageQuery) =>
  call<Page<AdminAccount>>("GET", "/admin/accounts", { query });

export const changeAccount = (
  id: string,
  body: { role?: Account["role"]; suspended?: boolean; quota_bytes?: number | null },
) => call<AdminAccount>("PATCH", `/admin/accounts/${id}`, { body });

export const removeAccount = (id: string) => call<void>("DELETE", `/admin/accounts/${id}`);

export const accountInvites = (query: PageQuery) =>
  call<Page<AccountInvite>>("GET", "/admin/account-invites", { query });

export const createAccountInvite = (body: { email?: string; role?: Account["role"] }) =>
  call<AccountInvite & { url: string }>("POST", "/admin/account-invites", { body });

export const revokeAccountInvite = (id: string) =>
  call<void>("DELETE", `/admin/account-invites/${id}`);

export const allRooms = (query: PageQuery) =>
  call<Page<AdminRoom>>("GET", "/admin/rooms", { query });

export const closeAnyRoom = (id: string) =>
  call<void>("POST", `/admin/rooms/${id}/close`, { body: {} });

export const allVideos = (query: PageQuery) =>
  call<Page<AdminVideo>>("GET", "/admin/videos", { query });

export const requeueVideo = (id: string) =>
  call<void>("POST", `/admin/videos/${id}/requeue`, { body: {} });

export const allJobs = (query: PageQuery) => call<Page<AdminJob>>("GET", "/admin/jobs", { query });

export const auditLog = (query: PageQuery) =>
  call<Page<AuditLine>>("GET", "/admin/audit", { query });

import { call } from "./client";
import type { Page, PageQuery } from "./pages";
import type { Schema } from "./schema";

export type SiteSettings = Schema<"SettingsView">;
/** `quota_bytes` null: the site's default. */
export type AdminAccount = Schema<"AdminAccountView">;
export type AccountInvite = Schema<"AccountInviteView">;
export type AdminRoom = Schema<"AdminRoomView">;
export type AdminVideo = Schema<"AdminVideoView">;
export type DeadLetter = Schema<"DeadLetterView">;
export type Overview = Schema<"OverviewView">;
export type Finding = Schema<"FindingView">;
export type AuditLine = Schema<"AuditView">;

export const overview = () => call<Overview>("GET", "/admin/overview");

/** What the server finds wrong with itself. Takes seconds. */
export const diagnosis = () => call<Schema<"DiagnosisView">>("GET", "/admin/doctor");

export const siteSettings = () => call<SiteSettings>("GET", "/admin/settings");

/** Without what only the server decides: it refuses a change with unknown fields. */
export const changeable = ({ media_sandbox, clock, spending, ...body }: SiteSettings) => body;

export const changeSiteSettings = (body: Schema<"SettingsChange">) =>
  call<SiteSettings>("PATCH", "/admin/settings", { body });

export const allAccounts = (query: PageQuery) =>
  call<Page<AdminAccount>>("GET", "/admin/accounts", { query });

export const changeAccount = (id: string, body: Schema<"AccountChange">) =>
  call<AdminAccount>("PATCH", `/admin/accounts/${id}`, { body });

export const resetFactors = (id: string) => call<void>("DELETE", `/admin/accounts/${id}/factors`);

export const removeAccount = (id: string) => call<void>("DELETE", `/admin/accounts/${id}`);

export const accountInvites = (query: PageQuery) =>
  call<Page<AccountInvite>>("GET", "/admin/account-invites", { query });

export const createAccountInvite = (body: Partial<Schema<"AccountInviteStart">>) =>
  call<Schema<"NewAccountInvite">>("POST", "/admin/account-invites", { body });

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

export const allJobs = (query: PageQuery) =>
  call<Page<AdminVideo>>("GET", "/admin/jobs", { query });

export const auditLog = (query: PageQuery) =>
  call<Page<AuditLine>>("GET", "/admin/audit", { query });

export const verifyAuditLog = () => call<Schema<"AuditVerdict">>("GET", "/admin/audit/verify");

export const exportAuditLog = () => call<Blob>("GET", "/admin/audit/export", { asFile: true });

export const deadLetters = (query: PageQuery) =>
  call<Page<DeadLetter>>("GET", "/admin/dead-letters", { query });

export const retryDeadLetter = (id: string) =>
  call<void>("POST", `/admin/dead-letters/${id}/retry`, { body: {} });

export const discardDeadLetter = (id: string) => call<void>("DELETE", `/admin/dead-letters/${id}`);

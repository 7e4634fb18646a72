import { call } from "./client";
import type { Page, PageQuery } from "./pages";
import type { Schema } from "./schema";

/** What someone did in a room. `by` is a participant, or empty for the room itself. */
export type RoomEvent = Schema<"LoggedAction">;
export type SyncReport = Schema<"SyncReportView">;

const room = (id: string) => `/rooms/${encodeURIComponent(id)}`;

/** Newest first. */
export const roomEvents = (id: string, query: PageQuery, bearer?: string) =>
  call<Page<RoomEvent>>("GET", `${room(id)}/events`, { query, bearer });

export const syncReport = (id: string, bearer?: string) =>
  call<SyncReport>("GET", `${room(id)}/report`, { bearer });

/** Everyone who was ever in the room, page by page. */
export const roomMembers = (id: string, query: PageQuery, bearer?: string) =>
  call<Schema<"MemberList">>("GET", `${room(id)}/members`, { query, bearer });

import { call, callForAnswer } from "./client";
import type { Page, PageQuery } from "./page";
import type { Playback } from "./videos";

export type Role = "host" | "moderator" | "viewer";
export type Access = "open" | "knock" | "members";
export type Control = "host" | "moderators" | "everyone";
export type WaitPolicy = "never" | "host" | "quorum" | "all";

export interface RoomSettings {
  name: string;
  access: Access;
  control: Control;
  chat: boolean;
  slow_s: number;
  capacity: number;
  wait: { policy: WaitPolicy; max_s: number };
}

export interface Room extends RoomSettings {
  id: string;
  url: string;
  video_id: string | null;
  has_password?: boolean;
  created_at: string;
}

export interface NewRoom extends Partial<RoomSettings> {
  video_id?: string;
  password?: string;
}

/** Who holds the link may see this much before joining. */
export interface RoomCard {
  id: string;
  name: string;
  access: Access;
  poster_url: string | null;
  host_name: string;
  has_password?: boolean;
  people?: { total: number; names: string[] };
  position_s?: number | null;
  playing?: boolean;
}

export interface Connection {
  relay_url: string;
  join_token: string;
  participant_id: string;
  role: Role | "waiting";
  expires_at: string;
}

export type Joined =
  | { status: "admitted"; connection: Connection; room: Room; playback: Playback | null }
  | { status: "waiting"; connection: Connection; request_id: string };

export interface JoinBody {
  display_name?: string;
  password?: string;
  invite?: string;
}

export interface Member {
  participant_id: string;
  display_name: string;
  role: Role;
  muted: boolean;
  control_until: string | null;
  controls?: boolean;
  state: string;
}

export interface JoinRequest {
  id: string;
  participant_id: string;
  display_name: string;
  created_at: string;
}

export interface RoomInvitation {
  id: string;
  email: string | null;
  role: Role;
  expires_at: string | null;
  max_uses: number | null;
  uses: number;
}

export interface QueueItem {
  video_id: string;
  title?: string;
}

const room = (id: string) => `/rooms/${encodeURIComponent(id)}`;

export const createRoom = (body: NewRoom, idempotencyKey?: string) =>
  call<Room>("POST", "/rooms", { body, idempotencyKey });

export const myRooms = (query: PageQuery = {}) => call<Page<Room>>("GET", "/rooms", { query });

export const readRoom = (id: string, bearer?: string) => call<Room>("GET", room(id), { bearer });

export const roomCard = (id: string) => call<RoomCard>("GET", room(id), { anonymous: true });

export const changeRoom = (
  id: string,
  body: Partial<RoomSettings> & {
    video_id?: string | null;
    start_pos_s?: number;
    password?: string | null;
  },
  bearer?: string,
) => call<Room>("PATCH", room(id), { body, bearer });

export const closeRoom = (id: string) => call<void>("DELETE", room(id));

export const newRoomLink = (id: string) => call<Room>("POST", `${room(id)}/link`, { body: {} });

export const joinRoom = async (id: string, body: JoinBody) =>
  (await callForAnswer<Joined>("POST", `${room(id)}/join`, { body })).data;

export const renewJoin = async (id: string, bearer?: string) =>
  (await callForAnswer<Joined>("POST", `${room(id)}/join/renew`, { body: {}, bearer })).data;

export const leaveRoom = (id: string, bearer: string) =>
  call<void>("POST", `${room(id)}/leave`, { body: {}, bearer });

export const queue = (id: string, bearer?: string) =>
  call<{ items: QueueItem[] }>("GET", `${room(id)}/queue`, { bearer });

export const setQueue = (id: string, items: QueueItem[], bearer?: string) =>
  call<{ items: QueueItem[] }>("PUT", `${room(id)}/queue`, { body: { items }, bearer });

export const nextInQueue = (id: string, after: string | null, bearer?: string) =>
  call<Room>("POST", `${room(id)}/next`, { body: { after }, bearer });

export const joinRequests = (id: string, bearer?: string) =>
  call<Page<JoinRequest>>("GET", `${room(id)}/join-requests`, { bearer });

export type Decision = "admit" | "deny" | "block";

export const decide = (id: string, requestId: string, decision: Decision, bearer?: string) =>
  call<void>("POST", `${room(id)}/join-requests/${requestId}`, { body: { decision }, bearer });

export const decideMany = (
  id: string,
  decision: Decision,
  which: { ids: string[] } | { all: true },
  bearer?: string,
) =>
  call<void>("POST", `${room(id)}/join-requests:decide`, { body: { decision, ...which }, bearer });

export const members = (id: string, bearer?: string) =>
  call<Page<Member>>("GET", `${room(id)}/members`, { bearer });

export const changeMember = (
  id: string,
  participantId: string,
  body: { role?: Role; muted?: boolean; control_until?: string | null },
  bearer?: string,
) => call<Member>("PATCH", `${room(id)}/members/${participantId}`, { body, bearer });

export const renameMe = (id: string, display_name: string, bearer?: string) =>
  call<Member>("PATCH", `${room(id)}/members/me`, { body: { display_name }, bearer });

export const removeMember = (id: string, participantId: string, ban: boolean, bearer?: string) =>
  call<void>("DELETE", `${room(id)}/members/${participantId}`, { query: { ban }, bearer });

export const invitations = (id: string, bearer?: string) =>
  call<Page<RoomInvitation>>("GET", `${room(id)}/invitations`, { bearer });

export const createInvitation = (
  id: string,
  body: { email?: string; role?: Role; expires_at?: string; max_uses?: number },
  bearer?: string,
) => call<RoomInvitation & { url: string }>("POST", `${room(id)}/invitations`, { body, bearer });

export const revokeInvitation = (id: string, invitationId: string, bearer?: string) =>
  call<void>("DELETE", `${room(id)}/invitations/${invitationId}`, { bearer });

import { call, callForAnswer } from "./client";
import type { Page, PageQuery } from "./page";
import type { Playback, VideoStatus } from "./videos";

export type Role = "host" | "moderator" | "viewer";
export type Access = "open" | "knock" | "members";
export type Control = "host" | "moderators" | "everyone";
export type WaitPolicy = "never" | "host" | "quorum" | "all";

export interface Wait {
  policy: WaitPolicy;
  max_s: number;
}

export interface RoomSettings {
  name: string;
  access: Access;
  control: Control;
  chat: boolean;
  slow_s: number;
  capacity: number;
  wait: Wait;
}

/** As much of the film as somebody at the door may know. */
export interface FilmProgress {
  status: VideoStatus;
  progress: number;
  playable: boolean;
  duration_s: number | null;
}

export interface Film extends FilmProgress {
  id: string;
  title: string;
  playable_s: number;
}

/** What both views of a room tell. */
interface RoomFace {
  id: string;
  url: string;
  name: string;
  host_name: string;
  access: Access;
  password_required: boolean;
  poster_url: string | null;
}

/** What stands on the door; `presence` and `position` are null where the room is for members only. */
export interface RoomCard extends RoomFace {
  kind: "card";
  film: FilmProgress | null;
  presence: { total: number; first_names: string[] } | null;
  position: { position_s: number; playing: boolean; as_of: string } | null;
}

export interface You {
  participant_id: string;
  display_name: string;
  role: Role;
  muted: boolean;
  can_control: boolean;
}

/** A room from the inside. */
export interface Room extends RoomFace, RoomSettings {
  kind: "room";
  settings_rev: number;
  film: Film | null;
  media_rev: number;
  start_pos_s: number;
  created_at: string;
  you: You;
}

export interface RoomSummary {
  id: string;
  url: string;
  name: string;
  access: Access;
  created_at: string;
  last_active_at: string;
}

export interface NewRoom extends Partial<RoomSettings> {
  video_id?: string;
  password?: string;
}

export interface RoomChange extends Partial<RoomSettings> {
  /** null takes the film away. */
  video_id?: string | null;
  start_pos_s?: number;
  /** null takes the password away. */
  password?: string | null;
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
}

export interface QueuedFilm extends QueueItem {
  title: string;
  status: VideoStatus;
  playable: boolean;
  duration_s: number | null;
}

const room = (id: string) => `/rooms/${encodeURIComponent(id)}`;

export const createRoom = (body: NewRoom, idempotencyKey?: string) =>
  call<Room>("POST", "/rooms", { body, idempotencyKey });

export const myRooms = (query: PageQuery = {}) =>
  call<Page<RoomSummary>>("GET", "/rooms", { query });

export const readRoom = (id: string, bearer?: string) => call<Room>("GET", room(id), { bearer });

/** Without credentials, so always the card. */
export const roomCard = (id: string) => call<RoomCard>("GET", room(id), { anonymous: true });

export const changeRoom = (id: string, body: RoomChange, bearer?: string) =>
  call<Room>("PATCH", room(id), { body, bearer });

export const closeRoom = (id: string) => call<void>("DELETE", room(id));

export const newRoomLink = (id: string) => call<Room>("POST", `${room(id)}/link`, { body: {} });

export const joinRoom = async (id: string, body: JoinBody) =>
  (await callForAnswer<Joined>("POST", `${room(id)}/join`, { body })).data;

export const renewJoin = async (id: string, bearer?: string) =>
  (await callForAnswer<Joined>("POST", `${room(id)}/join/renew`, { body: {}, bearer })).data;

export const leaveRoom = (id: string, bearer: string) =>
  call<void>("POST", `${room(id)}/leave`, { body: {}, bearer });

export const queue = (id: string, bearer?: string) =>
  call<{ items: QueuedFilm[] }>("GET", `${room(id)}/queue`, { bearer });

export const setQueue = (id: string, items: readonly QueueItem[], bearer?: string) =>
  call<{ items: QueuedFilm[] }>("PUT", `${room(id)}/queue`, {
    // The answer of `queue` may be given back as it came; the API wants the ids alone.
    body: { items: items.map(({ video_id }) => ({ video_id })) },
    bearer,
  });

/** `after` is the `media_rev` of the film that ended: asked twice, the room moves on once. */
export const nextInQueue = (id: string, after: number, bearer?: string) =>
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

export interface Ban {
  id: string;
  participant_id: string;
  display_name: string;
  created_at: string;
}

export const bans = (id: string, bearer?: string) =>
  call<Page<Ban>>("GET", `${room(id)}/bans`, { bearer });

export const liftBan = (id: string, banId: string, bearer?: string) =>
  call<void>("DELETE", `${room(id)}/bans/${banId}`, { bearer });

export interface ArchivedLine {
  id: string;
  seq: number;
  participant_id: string;
  name: string;
  text: string;
  pos_s: number | null;
  at: string;
}

/** Newest first, what was said before the entry `before`. */
export const archivedChat = (id: string, before?: string, bearer?: string) =>
  call<Page<ArchivedLine>>("GET", `${room(id)}/chat`, { query: { before }, bearer });

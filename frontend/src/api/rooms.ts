import { call, callForAnswer } from "./client";
import type { Page } from "./pages";
import type { Schema } from "./schema";

/** A room as its members see it. */
export type Room = Schema<"RoomView">;
/** A room as visitors see it. `presence` and `position` are null if the room is for members only. */
export type RoomCard = Schema<"RoomCard">;
export type NewRoom = Partial<Schema<"RoomStart">>;
/** Only the given fields change; null removes the password or the film. */
export type RoomChange = Schema<"RoomChange">;

export type Access = Room["access"];
export type Control = Room["control"];
type Wait = Schema<"Wait">;
export type WaitPolicy = Wait["policy"];
export type Film = Schema<"Film">;

export type Joined = Schema<"Admitted"> | Schema<"WaitingForHost">;
export type JoinBody = Pick<Schema<"Join">, "display_name" | "password" | "invite">;

export type Member = Schema<"MemberView">;
/** The caller's own rooms, most recently used first. */
export const ownRooms = () => call<Page<Schema<"RoomSummary">>>("GET", "/rooms");

export type RoomInvitation = Schema<"InvitationView">;
export type Ban = Schema<"BanView">;
export type QueueItem = Schema<"QueueItem">;
export type QueuedFilm = Schema<"QueuedFilm">;

const room = (id: string) => `/rooms/${encodeURIComponent(id)}`;

export const createRoom = (body: NewRoom, idempotencyKey?: string) =>
  call<Room>("POST", "/rooms", { body, idempotencyKey });

export const readRoom = (id: string, bearer?: string) => call<Room>("GET", room(id), { bearer });

/** Sent without credentials, so it always returns the card. */
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
  call<void>("POST", `${room(id)}/members/leave`, { body: {}, bearer });

export const queue = (id: string, bearer?: string) =>
  call<Schema<"Queue">>("GET", `${room(id)}/queue`, { bearer });

export const setQueue = (id: string, items: readonly QueueItem[], bearer?: string) =>
  call<Schema<"Queue">>("PUT", `${room(id)}/queue`, {
    // Callers may pass the items that `queue` returned; the API accepts only the ids.
    body: { items: items.map(({ video_id }) => ({ video_id })) },
    bearer,
  });

/** `after` is the `media_rev` of the film that ended: repeated calls move the room on only once. */
export const nextInQueue = (id: string, after: number, bearer?: string) =>
  call<Room>("POST", `${room(id)}/next`, { body: { after }, bearer });

export type Decision = Schema<"DecideOne">["decision"];

export const decide = (id: string, requestId: string, decision: Decision, bearer?: string) =>
  call<Schema<"Decided">>("POST", `${room(id)}/join-requests/${requestId}`, {
    body: { decision },
    bearer,
  });

export const decideMany = (
  id: string,
  decision: Decision,
  which: { ids: string[] } | { all: true },
  bearer?: string,
) =>
  call<Schema<"Decided">>("POST", `${room(id)}/join-requests:decide`, {
    body: { decision, ...which },
    bearer,
  });

export const changeMember = (
  id: string,
  participantId: string,
  body: Schema<"MemberChange">,
  bearer?: string,
) =>
  call<Schema<"MemberChanged">>("PATCH", `${room(id)}/members/${participantId}`, { body, bearer });

export const answerHostOffer = (id: string, decision: "accept" | "decline", bearer?: string) =>
  call<Member>("POST", `${room(id)}/host-offer`, { body: { decision }, bearer });

export const takeBackHostOffer = (id: string, bearer?: string) =>
  call<void>("DELETE", `${room(id)}/host-offer`, { bearer });

export const renameMe = (id: string, display_name: string, bearer?: string) =>
  call<Member>("PATCH", `${room(id)}/members/me`, { body: { display_name }, bearer });

export const removeMember = (id: string, participantId: string, ban: boolean, bearer?: string) =>
  call<Schema<"Removed">>("DELETE", `${room(id)}/members/${participantId}`, {
    query: { ban },
    bearer,
  });

export const invitations = (id: string, bearer?: string) =>
  call<Page<RoomInvitation>>("GET", `${room(id)}/invitations`, { bearer });

export const createInvitation = (
  id: string,
  body: Partial<Schema<"InvitationStart">>,
  bearer?: string,
) => call<Schema<"InvitationMade">>("POST", `${room(id)}/invitations`, { body, bearer });

export const revokeInvitation = (id: string, invitationId: string, bearer?: string) =>
  call<void>("DELETE", `${room(id)}/invitations/${invitationId}`, { bearer });

export const bans = (id: string, bearer?: string) =>
  call<Page<Ban>>("GET", `${room(id)}/bans`, { bearer });

export const liftBan = (id: string, participantId: string, bearer?: string) =>
  call<void>("DELETE", `${room(id)}/bans/${participantId}`, { bearer });

export interface ArchivedLine {
  id: string;
  seq: number;
  participant_id: string;
  name: string;
  text: string;
  pos_s: number | null;
  at: string;
}

/** The messages before the entry `before`, newest first. */
export const archivedChat = (id: string, before?: string, bearer?: string) =>
  call<Page<ArchivedLine>>("GET", `${room(id)}/chat`, { query: { before }, bearer });

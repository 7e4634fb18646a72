/**
 * What a message from the relay changes in the room's state. Pure; `RoomSession` applies it, and handles
 * messages about time, answers and momentary events itself.
 */
import type { People, Person, PlaybackState, ServerMessage, Welcome } from "./protocol";
import { playbackLine, withMessage, withSystemLine, withWelcome } from "./roomLog";
import type { RoomState, SystemLine } from "./roomState";

export function reduce(
  state: RoomState,
  message: ServerMessage,
  room_ms: number,
): Partial<RoomState> {
  switch (message.t) {
    case "welcome":
      return welcomed(state, message);
    case "people":
      return peopleChanged(state, message, room_ms);
    case "chat":
    case "deleted":
    case "cleared":
      return { log: withMessage(state.log, message) };
    case "typing":
      return { typing: othersOf(state, message.people).map((person) => person.name) };
    case "knock":
      return { knocks: [...state.knocks.filter((one) => one.req !== message.req), message] };
    case "knock_gone":
      return { knocks: state.knocks.filter((one) => one.req !== message.req) };
    case "waiting_for":
      return { waitingFor: message.people.length === 0 ? null : waitingFor(message) };
    case "notice":
      return {
        you: message.you,
        ...(message.set == null ? {} : { set: message.set }),
        ...(message.kind === "host_offer" ? { hostOffer: message.offer ?? null } : {}),
      };
    default:
      return {};
  }
}

function welcomed(state: RoomState, welcome: Welcome): Partial<RoomState> {
  const lost = welcome.reason === "gap" || welcome.reason === "epoch";
  return {
    you: welcome.you,
    set: welcome.set,
    people: welcome.people.here,
    total: welcome.people.total,
    acting: welcome.people.acting ?? null,
    log: withWelcome(state.log, welcome),
    historyIncomplete: state.historyIncomplete || lost,
    typing: [],
    knocks: [],
    hostOffer: welcome.offer ?? null,
    waitingFor: null,
    limits: welcome.limits,
  };
}

/** Takes in a new playback state, with a log line about who caused it. */
export function playbackChanged(state: RoomState, playback: PlaybackState): Partial<RoomState> {
  // A film that has grown has the same cause as a film that was put on.
  const grown = playback.cause.cmd === "media" && playback.mrev === state.playback?.mrev;
  const wasEmpty = state.playback?.mode === "empty";
  const line = grown ? null : playbackLine(playback, (id) => nameOf(state, id), wasEmpty);
  return {
    playback,
    log: line === null ? state.log : withSystemLine(state.log, line),
    waitingFor: playback.mode === "waiting" ? state.waitingFor : null,
  };
}

function peopleChanged(state: RoomState, message: People, room_ms: number): Partial<RoomState> {
  const { here, total, acting = null } = message;
  const log = joinedAndLeft(state, message, room_ms).reduce(withSystemLine, state.log);
  return { people: here, total, acting, log };
}

/** Lines only while the whole room is listed: in a large room they would drown the chat. */
function joinedAndLeft(state: RoomState, message: People, at_ms: number): SystemLine[] {
  const complete = state.people.length === state.total && message.here.length === message.total;
  if (!complete) return [];
  const joined = missingFrom(state.people, othersOf(state, message.here));
  const left = missingFrom(message.here, othersOf(state, state.people));
  const line = (event: "joined" | "left", people: Person[]): SystemLine => ({
    kind: "system",
    id: `${event}-${at_ms}`,
    at_ms,
    event,
    by: null,
    name: null,
    names: people.map((person) => person.name),
    pos_s: null,
  });
  return [
    ...(joined.length > 0 ? [line("joined", joined)] : []),
    ...(left.length > 0 ? [line("left", left)] : []),
  ];
}

function missingFrom(list: Person[], people: Person[]): Person[] {
  const known = new Set(list.map((person) => person.id));
  return people.filter((person) => !known.has(person.id));
}

function othersOf<T extends { id: string }>(state: RoomState, people: T[]): T[] {
  return people.filter((person) => person.id !== state.you?.participant_id);
}

function nameOf(state: RoomState, id: string): string | null {
  if (state.you?.participant_id === id) return state.you.name;
  return state.people.find((person) => person.id === id)?.name ?? null;
}

function waitingFor(message: Extract<ServerMessage, { t: "waiting_for" }>) {
  return { people: message.people.map((person) => person.name), until_ms: message.until_ms };
}

/**
 * What a message from the relay changes in the room's state. Pure; `session` applies it
 * and deals itself with the messages that are about time, answers and moments.
 */
import type { People, Person, PlaybackState, ServerMessage, Welcome } from "./protocol";
import { happening, heardMessage, resumed, told } from "./roomLog";
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
      return { log: heardMessage(state.log, message) };
    case "typing":
      return { typing: othersOf(state, message.people).map((person) => person.name) };
    case "knock":
      return { knocks: [...state.knocks.filter((one) => one.req !== message.req), message] };
    case "knock_gone":
      return { knocks: state.knocks.filter((one) => one.req !== message.req) };
    case "waiting_for":
      return { waitingFor: message.people.length === 0 ? null : waitingFor(message) };
    case "notice":
      return { you: message.you, ...(message.set == null ? {} : { set: message.set }) };
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
    log: resumed(state.log, welcome),
    historyIncomplete: state.historyIncomplete || lost,
    typing: [],
    knocks: [],
    waitingFor: null,
    limits: welcome.limits,
  };
}

/** The newest clock, and the line that says who brought it about. */
export function playbackChanged(state: RoomState, playback: PlaybackState): Partial<RoomState> {
  // A film that grows is told by the same cause as one that is put on.
  const grown = playback.cause.cmd === "media" && playback.mrev === state.playback?.mrev;
  const line = grown ? null : happening(playback, (id) => nameOf(state, id));
  return {
    playback,
    log: line === null ? state.log : told(state.log, line),
    waitingFor: playback.mode === "waiting" ? state.waitingFor : null,
  };
}

function peopleChanged(state: RoomState, message: People, room_ms: number): Partial<RoomState> {
  const { here, total, acting = null } = message;
  const log = comingsAndGoings(state, message, room_ms).reduce(told, state.log);
  return { people: here, total, acting, log };
}

/** Only where the whole room is listed: of a crowd nobody wants to read it. */
function comingsAndGoings(state: RoomState, message: People, at_ms: number): SystemLine[] {
  const complete = state.people.length === state.total && message.here.length === message.total;
  if (!complete) return [];
  const came = missingFrom(state.people, othersOf(state, message.here));
  const went = missingFrom(message.here, othersOf(state, state.people));
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
    ...(came.length > 0 ? [line("joined", came)] : []),
    ...(went.length > 0 ? [line("left", went)] : []),
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

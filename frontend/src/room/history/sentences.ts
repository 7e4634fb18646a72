/** A room's history as sentences, its filters, and its files for downloading. Pure. */

import { t } from "@lingui/core/macro";
import type { RoomEvent, SyncReport } from "@/api/roomLogs";
import { formatFilmTime } from "@/ui/filmTime";
import { formatList } from "@/ui/format";

export const groups = () =>
  ({
    all: t`Everything`,
    playback: t`Playback`,
    people: t`People`,
    changes: t`Changes`,
  }) as const;

export type Group = keyof ReturnType<typeof groups>;

const PLAYBACK = new Set([
  "play",
  "pause",
  "seek",
  "skip",
  "rate",
  "media",
  "wait",
  "resume",
  "ended",
]);
const PEOPLE = new Set(["joined", "left", "admitted", "denied", "blocked", "removed", "banned"]);

function groupOf({ kind }: RoomEvent): Exclude<Group, "all"> {
  if (PLAYBACK.has(kind)) return "playback";
  return PEOPLE.has(kind) ? "people" : "changes";
}

export const isIn = (group: Group) => (event: RoomEvent) =>
  group === "all" || groupOf(event) === group;

const settings = (): Record<string, string> => ({
  name: t`the name`,
  access: t`who can join`,
  password: t`the password`,
  control: t`who controls playback`,
  wait: t`whether the room waits`,
  slow_mode_s: t`slow mode`,
  max_people: t`the maximum of people`,
  locked: t`whether people can join`,
});

/** "Ada jumped to 12:04". `nameOf` returns undefined for people it does not know. */
export function sentence(event: RoomEvent, nameOf: (id: string) => string | undefined): string {
  const { kind, data, by } = event;
  const own = typeof data.name === "string" ? data.name : undefined;
  const who = by === "" ? t`The room` : (nameOf(by) ?? t`Someone`);
  const whom = own ?? nameOf(String(data.participant_id ?? "")) ?? t`someone`;
  const at = typeof data.pos_s === "number" ? formatFilmTime(data.pos_s) : "";
  switch (kind) {
    case "play":
      return t`${who} pressed play at ${at}`;
    case "pause":
      return t`${who} paused at ${at}`;
    case "seek":
    case "skip":
      return t`${who} jumped to ${at}`;
    case "rate":
      return t`${who} set the speed to ${String(data.rate)}×`;
    case "media":
      return by === "" ? t`The film changed` : t`${who} changed the film`;
    case "ended":
      return t`The film ended`;
    case "joined":
      return t`${own ?? who} joined`;
    case "left":
      return t`${own ?? who} left`;
    case "admitted":
      return t`${who} let ${whom} in`;
    case "denied":
      return t`${who} turned ${whom} away`;
    case "blocked":
    case "banned":
      return t`${who} banned ${whom}`;
    case "removed":
      return t`${who} removed ${whom}`;
    case "host_offered":
      return t`${who} asked ${whom} to be the host`;
    case "host_offer_declined":
      return t`${whom} declined to be the host`;
    case "host_offer_withdrawn":
      return t`${who} took back the offer to be the host`;
    case "host_changed":
      return t`${whom} became the host`;
    case "settings_changed":
      return t`${who} changed ${listOf(data.fields)}`;
    case "member_changed":
      return memberChange(who, whom, data);
    default:
      return `${who}: ${kind.replaceAll("_", " ")}`;
  }
}

/** The fields are those of the API's change of a member. */
function memberChange(who: string, whom: string, { role, muted, ...data }: RoomEvent["data"]) {
  if (role === "moderator") return t`${who} made ${whom} co-host`;
  if (role === "viewer") return t`${who} removed ${whom} as co-host`;
  if (muted === true) return t`${who} muted ${whom}`;
  if (muted === false) return t`${who} unmuted ${whom}`;
  const lent = data.controls === true || typeof data.control_until === "string";
  if (lent) return t`${who} gave ${whom} the remote`;
  if (data.controls === false) return t`${who} took back the remote from ${whom}`;
  return t`${who} changed what ${whom} can do`;
}

function listOf(fields: unknown): string {
  const names = Array.isArray(fields)
    ? fields.map((field) => settings()[field] ?? String(field))
    : [];
  return names.length > 0 ? formatList(names) : t`the settings`;
}

/** One value of a CSV file (RFC 4180); a leading apostrophe keeps spreadsheets from running it as a formula. */
function cell(value: string | number | null): string {
  const text = String(value ?? "");
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const csv = (rows: ReadonlyArray<ReadonlyArray<string | number | null>>) =>
  rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");

export const historyCsv = (
  events: readonly RoomEvent[],
  nameOf: (id: string) => string | undefined,
): string =>
  csv([
    ["time", "what", "kind", "by"],
    ...events.map((event) => [event.at, sentence(event, nameOf), event.kind, event.by]),
  ]);

export const reportCsv = ({ people }: SyncReport): string =>
  csv([
    ["name", "samples", "offset_p50_ms", "offset_p95_ms", "stalls"],
    ...people.map((one) => [one.name, one.samples, one.err_p50_ms, one.err_p95_ms, one.stalls]),
  ]);

export const milliseconds = (ms: number | null) => (ms === null ? "–" : t`${Math.round(ms)} ms`);

/** How far apart the room was: the medians' median and the highest 95th percentile; null before the first report. */
export function roomSpread({ people }: SyncReport): { p50_ms: number; p95_ms: number } | null {
  const p50s = people.flatMap(({ err_p50_ms }) => (err_p50_ms === null ? [] : [err_p50_ms]));
  const p95s = people.flatMap(({ err_p95_ms }) => (err_p95_ms === null ? [] : [err_p95_ms]));
  const middle = p50s.sort((a, b) => a - b)[Math.floor(p50s.length / 2)];
  return middle === undefined ? null : { p50_ms: middle, p95_ms: Math.max(...p95s, middle) };
}

/**
 * Turns the room's log into what the chat shows: messages grouped by author, and between them system lines about what
 * happened in the room, merged so that they do not drown the chat. Pure.
 */
import type { ChatLine, LogEntry, SystemLine } from "@/sync/roomState";
import { formatFilmTime } from "@/ui/filmTime";
import { isolated } from "@/ui/format";

export type ConversationItem =
  | { kind: "message"; key: string; line: ChatLine; startsGroup: boolean; quoted: ChatLine | null }
  | { kind: "system"; key: string; text: string };

/** What one member does to the film within this time becomes one line. */
const MERGE_MS = 10_000;
/** After a pause this long, the author's name is shown again. */
const GROUP_MS = 120_000;

export function conversation(log: readonly LogEntry[]): ConversationItem[] {
  const messages = new Map(log.filter((entry) => entry.kind === "chat").map((m) => [m.id, m]));
  return merged(log).map((entries, index, groups) => {
    const [first] = entries;
    if (first.kind === "system") {
      const text = systemText(entries as SystemLine[]);
      return { kind: "system", key: first.id, text };
    }
    const quoted = first.reply_to === null ? null : (messages.get(first.reply_to) ?? null);
    const startsGroup = quoted !== null || !continuesGroup(groups[index - 1]?.at(-1), first);
    return { kind: "message", key: first.id, line: first, startsGroup, quoted };
  });
}

type Group = [LogEntry, ...LogEntry[]];

/** Consecutive system lines about the same member are merged; messages stay separate. */
function merged(log: readonly LogEntry[]): Group[] {
  const groups: Group[] = [];
  for (const entry of log) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && belongsTogether(last, entry)) group.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

function belongsTogether(last: LogEntry, entry: LogEntry): boolean {
  if (last.kind !== "system" || entry.kind !== "system") return false;
  // However many people come and go between two messages, they share a line.
  if (last.names.length > 0 && entry.names.length > 0) return true;
  if (last.names.length > 0 || entry.names.length > 0) return false;
  return last.by === entry.by && entry.at_ms - last.at_ms < MERGE_MS;
}

function continuesGroup(previous: LogEntry | undefined, line: ChatLine): boolean {
  return (
    previous?.kind === "chat" && previous.by === line.by && line.at_ms - previous.at_ms < GROUP_MS
  );
}

type Event = SystemLine["event"];

const BY_MEMBER: Partial<Record<Event, string>> = {
  play: "pressed play",
  pause: "paused",
  seek: "jumped",
  skip: "skipped",
  rate: "changed the speed",
  media: "changed the film",
  first_film: "chose the film",
  cleared: "cleared the chat",
};

const BY_ROOM: Partial<Record<Event, string>> = {
  wait: "Waiting for someone",
  resume: "Playing again",
  ended: "The film ended",
  media: "The film was changed",
  first_film: "The film is ready",
  cleared: "The chat was cleared",
};

/** Events without a position in the film. */
const WITHOUT_POSITION: ReadonlySet<Event> = new Set(["media", "first_film", "cleared"]);

/** One sentence for what a member, or the room itself, did within a few seconds. */
function systemText(lines: readonly SystemLine[]): string {
  const last = lines.at(-1);
  if (!last) return "";
  if (last.names.length > 0) return presenceText(lines);
  const text =
    last.name === null ? BY_ROOM[last.event] : `${isolated(last.name)} ${actionsOf(lines)}`;
  const position =
    last.pos_s === null || WITHOUT_POSITION.has(last.event)
      ? ""
      : ` · ${formatFilmTime(last.pos_s)}`;
  return `${text ?? "Something changed"}${position}`;
}

/** "Max joined · Ana left · Li is back": what has become of each person, not how often they came and went. */
function presenceText(lines: readonly SystemLine[]): string {
  const first = new Map<string, Event>();
  const last = new Map<string, Event>();
  for (const { event, names } of lines) {
    for (const name of names) {
      if (!first.has(name)) first.set(name, event);
      last.delete(name);
      last.set(name, event);
    }
  }
  const names = (began: Event, ended: Event) =>
    [...last.keys()].filter((name) => first.get(name) === began && last.get(name) === ended);
  const parts: Array<[string[], string]> = [
    [names("joined", "joined"), "joined"],
    [names("left", "joined"), names("left", "joined").length === 1 ? "is back" : "are back"],
    [[...names("left", "left"), ...names("joined", "left")], "left"],
  ];
  return parts
    .filter(([who]) => who.length > 0)
    .map(([who, what]) => `${listOfNames(who)} ${what}`)
    .join(" · ");
}

/** "paused, jumped and played": each action once, in the order of its first occurrence. */
function actionsOf(lines: readonly SystemLine[]): string {
  const words = [...new Set(lines.map((line) => BY_MEMBER[line.event] ?? "changed something"))];
  return list(words);
}

function listOfNames(names: readonly string[]): string {
  const shown = names.map(isolated);
  return list(shown.length > 3 ? [...shown.slice(0, 2), `${shown.length - 2} others`] : shown);
}

function list(words: readonly string[]): string {
  const others = words.slice(0, -1);
  return others.length === 0 ? (words[0] ?? "") : `${others.join(", ")} and ${words.at(-1)}`;
}

/**
 * Turns the room's log into what the chat shows: messages grouped by author, and between them system lines about what
 * happened in the room, merged so that they do not drown the chat. Pure.
 */
import type { ChatLine, LogEntry, SystemLine } from "@/sync/roomState";
import { formatFilmTime } from "@/ui/filmTime";

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
  // People who join or leave together share a line already.
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
  media: "chose a film",
  cleared: "cleared the chat",
};

const BY_ROOM: Partial<Record<Event, string>> = {
  wait: "Waiting for someone",
  resume: "Playing again",
  ended: "The film ended",
  media: "The film was changed",
  cleared: "The chat was cleared",
};

/** Events without a position in the film. */
const WITHOUT_POSITION: ReadonlySet<Event> = new Set(["media", "cleared"]);

/** One sentence for what a member, or the room itself, did within a few seconds. */
function systemText(lines: readonly SystemLine[]): string {
  const last = lines.at(-1);
  if (!last) return "";
  if (last.names.length > 0) return `${listOfNames(last.names)} ${last.event}`;
  const text = last.name === null ? BY_ROOM[last.event] : `${last.name} ${actionsOf(lines)}`;
  const position =
    last.pos_s === null || WITHOUT_POSITION.has(last.event)
      ? ""
      : ` · ${formatFilmTime(last.pos_s)}`;
  return `${text ?? "Something changed"}${position}`;
}

/** "paused, jumped and played": each action once, in the order of its first occurrence. */
function actionsOf(lines: readonly SystemLine[]): string {
  const words = [...new Set(lines.map((line) => BY_MEMBER[line.event] ?? "changed something"))];
  return list(words);
}

function listOfNames(names: readonly string[]): string {
  return list(names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} others`] : names);
}

function list(words: readonly string[]): string {
  const others = words.slice(0, -1);
  return others.length === 0 ? (words[0] ?? "") : `${others.join(", ")} and ${words.at(-1)}`;
}

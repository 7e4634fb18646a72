/**
 * Turns the room's log into what the chat shows: messages in runs of one author, and what happened
 * to the film as small lines between them, merged so that they never drown the talk.
 */
import type { ChatLine, LogEntry, SystemLine } from "@/sync/roomState";
import { formatFilmTime } from "@/ui/filmTime";

export type ConversationItem =
  | { kind: "message"; key: string; line: ChatLine; opensRun: boolean; quoted: ChatLine | null }
  | { kind: "happening"; key: string; text: string };

/** What one person does to the film within this time is one line. */
const MERGE_MS = 10_000;
/** A pause of this length in the talk shows the author's name again. */
const RUN_MS = 120_000;

export function conversation(log: readonly LogEntry[]): ConversationItem[] {
  const messages = new Map(log.filter((entry) => entry.kind === "chat").map((m) => [m.id, m]));
  return merged(log).map((entries, index, groups) => {
    const [first] = entries;
    if (first.kind === "system") {
      const text = happening(entries as SystemLine[]);
      return { kind: "happening", key: first.id, text };
    }
    const quoted = first.reply_to === null ? null : (messages.get(first.reply_to) ?? null);
    const opensRun = quoted !== null || !continuesRun(groups[index - 1]?.at(-1), first);
    return { kind: "message", key: first.id, line: first, opensRun, quoted };
  });
}

type Group = [LogEntry, ...LogEntry[]];

/** Messages stay alone; lines about the same person's doings that follow each other come together. */
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
  // Who came or went together shares a line already.
  if (last.names.length > 0 || entry.names.length > 0) return false;
  return last.by === entry.by && entry.at_ms - last.at_ms < MERGE_MS;
}

function continuesRun(previous: LogEntry | undefined, line: ChatLine): boolean {
  return (
    previous?.kind === "chat" && previous.by === line.by && line.at_ms - previous.at_ms < RUN_MS
  );
}

/** One sentence for what somebody, or the room itself, did within a few seconds. */
type Event = SystemLine["event"];

const BY_SOMEBODY: Partial<Record<Event, string>> = {
  play: "pressed play",
  pause: "paused",
  seek: "jumped",
  skip: "skipped",
  rate: "changed the speed",
  media: "changed the film",
  cleared: "cleared the chat",
};

const BY_THE_ROOM: Partial<Record<Event, string>> = {
  wait: "Waiting for someone",
  resume: "Playing again",
  ended: "The film ended",
  media: "The film was changed",
  cleared: "The chat was cleared",
};

/** What has nothing to do with a place in the film. */
const PLACELESS: ReadonlySet<Event> = new Set(["media", "cleared"]);

export function happening(lines: readonly SystemLine[]): string {
  const last = lines.at(-1);
  if (!last) return "";
  if (last.names.length > 0) return `${crowd(last.names)} ${last.event}`;
  const text = last.name === null ? BY_THE_ROOM[last.event] : `${last.name} ${deeds(lines)}`;
  const place =
    last.pos_s === null || PLACELESS.has(last.event) ? "" : ` · ${formatFilmTime(last.pos_s)}`;
  return `${text ?? "Something changed"}${place}`;
}

/** "paused, jumped and played": each deed once, in the order in which it was done first. */
function deeds(lines: readonly SystemLine[]): string {
  const words = [...new Set(lines.map((line) => BY_SOMEBODY[line.event] ?? "changed something"))];
  return list(words);
}

function crowd(names: readonly string[]): string {
  return list(names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} others`] : names);
}

function list(words: readonly string[]): string {
  const others = words.slice(0, -1);
  return others.length === 0 ? (words[0] ?? "") : `${others.join(", ")} and ${words.at(-1)}`;
}

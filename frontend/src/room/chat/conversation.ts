/**
 * Turns the room's log into what the chat shows: messages grouped by author, and between them system lines about what
 * happened in the room, merged so that they do not drown the chat. Pure.
 */
import { plural, t } from "@lingui/core/macro";
import type { ChatLine, LogEntry, SystemLine } from "@/sync/roomState";
import { formatFilmTime } from "@/ui/filmTime";
import { formatList, isolated } from "@/ui/format";

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

/** What a member did, to follow their name; several make a list. */
function actionOf(event: Event): string {
  switch (event) {
    case "play":
      return t`pressed play`;
    case "pause":
      return t`paused`;
    case "seek":
      return t`jumped`;
    case "skip":
      return t`skipped`;
    case "rate":
      return t`changed the speed`;
    case "media":
      return t`changed the film`;
    case "first_film":
      return t`chose the film`;
    case "cleared":
      return t`cleared the chat`;
    default:
      return t`changed something`;
  }
}

function ofRoom(event: Event): string {
  switch (event) {
    case "wait":
      return t`Waiting for someone`;
    case "resume":
      return t`Playing again`;
    case "ended":
      return t`The film ended`;
    case "media":
      return t`The film was changed`;
    case "first_film":
      return t`The film is ready`;
    case "cleared":
      return t`The chat was cleared`;
    default:
      return t`Something changed`;
  }
}

/** Events without a position in the film. */
const WITHOUT_POSITION: ReadonlySet<Event> = new Set(["media", "first_film", "cleared"]);

/** One sentence for what a member, or the room itself, did within a few seconds. */
function systemText(lines: readonly SystemLine[]): string {
  const last = lines.at(-1);
  if (!last) return "";
  if (last.names.length > 0) return presenceText(lines);
  const text = last.name === null ? ofRoom(last.event) : byMember(last.name, lines);
  const position =
    last.pos_s === null || WITHOUT_POSITION.has(last.event)
      ? ""
      : ` · ${formatFilmTime(last.pos_s)}`;
  return `${text}${position}`;
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
  const back = names("left", "joined");
  const gone = [...names("left", "left"), ...names("joined", "left")];
  return [
    joinedText(names("joined", "joined")),
    back.length > 0 &&
      plural(back.length, {
        one: `${listOfNames(back)} is back`,
        other: `${listOfNames(back)} are back`,
      }),
    gone.length > 0 &&
      plural(gone.length, { one: `${listOfNames(gone)} left`, other: `${listOfNames(gone)} left` }),
  ]
    .filter(Boolean)
    .join(" · ");
}

function joinedText(names: readonly string[]): string {
  const who = listOfNames(names);
  return names.length === 0
    ? ""
    : plural(names.length, { one: `${who} joined`, other: `${who} joined` });
}

/** "Ada paused, jumped and pressed play": each action once, in the order of its first occurrence. */
function byMember(member: string, lines: readonly SystemLine[]): string {
  const name = isolated(member);
  const actions = formatList([...new Set(lines.map((line) => actionOf(line.event)))]);
  return t`${name} ${actions}`;
}

function listOfNames(names: readonly string[]): string {
  const shown = names.map(isolated);
  if (shown.length <= 3) return formatList(shown);
  const more = shown.length - 2;
  return formatList([...shown.slice(0, 2), plural(more, { one: "# other", other: "# others" })]);
}

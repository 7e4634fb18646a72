/** One sentence for what somebody, or the room itself, did within a few seconds. */
import type { SystemLine } from "@/sync/roomState";
import { formatFilmTime } from "../filmTime";

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
  wait: "Waiting for somebody",
  resume: "Playing on",
  ended: "The film has ended",
  media: "The film has changed",
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

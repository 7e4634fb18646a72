/**
 * The room's log on this page: the relay's numbered entries, and between them lines about what happened
 * while the page was here. Pure; every function returns a new log.
 */
import type { ChatMessage, LogMessage, PlaybackState, Welcome } from "./protocol";
import type { ChatLine, LogEntry, SystemLine } from "./roomState";

const MAX_LINES = 500;
const MERGE_MS = 10_000;

/** Only what people do to the film gets a line; waiting, resuming and ending are shown elsewhere. */
const LOGGED = new Set<SystemLine["event"]>(["play", "pause", "seek", "skip", "rate", "media"]);

/** The log after a welcome: continued if the welcome is complete, otherwise started again. */
export function withWelcome(log: LogEntry[], welcome: Welcome): LogEntry[] {
  const kept = welcome.complete ? log : log.filter((line) => line.kind === "system");
  const all = welcome.log.reduce(withMessage, kept);
  return all.toSorted((a, b) => a.at_ms - b.at_ms);
}

export function withMessage(log: LogEntry[], message: LogMessage): LogEntry[] {
  switch (message.t) {
    case "chat":
      return log.some((line) => line.id === message.id)
        ? log
        : trimmed([...log, chatLine(message)]);
    case "deleted":
      return log.map((line) => (line.id === message.id ? withoutText(line) : line));
    case "cleared":
      return log.filter((line) => line.kind === "system" || line.seq > message.seq);
  }
}

function chatLine(message: ChatMessage): ChatLine {
  const { id, seq, by, name, at_ms, text, reply_to = null, pos_s } = message;
  return { kind: "chat", id, seq, by, name, at_ms, text, reply_to, pos_s, deleted: false };
}

function withoutText(line: LogEntry): LogEntry {
  return line.kind === "chat" ? { ...line, text: "", deleted: true } : line;
}

/** The line for a new playback state, or null if its cause gets none. */
export function playbackLine(
  state: PlaybackState,
  nameOf: (id: string) => string | null,
  wasEmpty: boolean,
): SystemLine | null {
  const { cmd } = state.cause;
  if (!LOGGED.has(cmd)) return null;
  const event = cmd === "media" && wasEmpty ? "first_film" : cmd;
  const by = state.cause.by ?? null;
  return {
    kind: "system",
    id: `state-${state.epoch}-${state.rev}`,
    at_ms: state.srv_ms,
    event,
    by,
    name: by === null ? null : nameOf(by),
    names: [],
    pos_s: state.pos_s,
  };
}

/** Appends a line about the room; people who join or leave within a few seconds share one. */
export function withSystemLine(log: LogEntry[], line: SystemLine): LogEntry[] {
  const last = log.at(-1);
  const together =
    last?.kind === "system" &&
    last.event === line.event &&
    line.names.length > 0 &&
    line.at_ms - last.at_ms < MERGE_MS;
  if (!together) return trimmed([...log, line]);
  const names = [...new Set([...last.names, ...line.names])];
  return [...log.slice(0, -1), { ...last, names, at_ms: line.at_ms }];
}

function trimmed(log: LogEntry[]): LogEntry[] {
  return log.length > MAX_LINES ? log.slice(-MAX_LINES) : log;
}

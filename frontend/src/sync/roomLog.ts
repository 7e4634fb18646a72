/**
 * The room's log on this page: the relay's numbered entries, and between them the lines
 * about what happened while we watched. Pure; every function answers with a new log.
 */
import type { ChatMessage, LogMessage, PlaybackState, Welcome } from "./protocol";
import type { ChatLine, LogEntry, SystemLine } from "./roomState";

const KEPT_LINES = 500;
const MERGE_MS = 10_000;

/** What people did to the film; waiting, resuming and ending show elsewhere. */
const TOLD = new Set<SystemLine["event"]>(["play", "pause", "seek", "skip", "rate", "media"]);

/** The log after a welcome: continued where it is complete, else begun anew. */
export function resumed(log: LogEntry[], welcome: Welcome): LogEntry[] {
  const kept = welcome.complete ? log : log.filter((line) => line.kind === "system");
  const heard = welcome.log.reduce(heardMessage, kept);
  return heard.toSorted((a, b) => a.at_ms - b.at_ms);
}

export function heardMessage(log: LogEntry[], message: LogMessage): LogEntry[] {
  switch (message.t) {
    case "chat":
      return log.some((line) => line.id === message.id) ? log : shortened([...log, line(message)]);
    case "deleted":
      return log.map((line) => (line.id === message.id ? withoutText(line) : line));
    case "cleared":
      return log.filter((line) => line.kind === "system" || line.seq > message.seq);
  }
}

function line(message: ChatMessage): ChatLine {
  const { id, seq, by, name, at_ms, text, reply_to = null, pos_s } = message;
  return { kind: "chat", id, seq, by, name, at_ms, text, reply_to, pos_s, deleted: false };
}

function withoutText(line: LogEntry): LogEntry {
  return line.kind === "chat" ? { ...line, text: "", deleted: true } : line;
}

/** What a new state says happened, or null where it tells nothing. */
export function happening(
  state: PlaybackState,
  nameOf: (id: string) => string | null,
): SystemLine | null {
  const event = state.cause.cmd;
  if (!TOLD.has(event)) return null;
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

/** Adds a line about the room; people who come or go together share one. */
export function told(log: LogEntry[], line: SystemLine): LogEntry[] {
  const last = log.at(-1);
  const together =
    last?.kind === "system" &&
    last.event === line.event &&
    line.names.length > 0 &&
    line.at_ms - last.at_ms < MERGE_MS;
  if (!together) return shortened([...log, line]);
  const names = [...new Set([...last.names, ...line.names])];
  return [...log.slice(0, -1), { ...last, names, at_ms: line.at_ms }];
}

function shortened(log: LogEntry[]): LogEntry[] {
  return log.length > KEPT_LINES ? log.slice(-KEPT_LINES) : log;
}

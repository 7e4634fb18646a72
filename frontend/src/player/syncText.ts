/** The text and colour of the sync pill. Pure. */
import { t } from "@lingui/core/macro";
import type { SyncState } from "@/sync/roomState";

export type PillTone = "good" | "warn" | "bad" | "quiet";

export interface SyncText {
  tone: PillTone;
  /** Short enough for a pill. */
  text: string;
  /** More detail, shown if there is room. */
  detail?: string;
  /** The label of the action that helps, if there is one. */
  remedy: string | null;
}

/** A smaller distance is not called behind or ahead. */
const NEAR_MS = 500;

export function syncText({ status, error_ms }: SyncState): SyncText | null {
  switch (status) {
    case "idle":
      return null;
    case "in_sync":
      return { tone: "good", text: t`In sync`, detail: amount(error_ms ?? 0), remedy: null };
    case "catching_up":
      return { tone: "warn", text: t`Catching up`, remedy: null };
    case "buffering":
      return { tone: "warn", text: t`Buffering`, remedy: null };
    case "blocked":
      return { tone: "warn", text: t`Tap to join`, remedy: null };
    case "far":
      return { tone: "bad", text: t`${distance(error_ms ?? 0)} · Catch up`, remedy: t`Catch up` };
    case "detached": {
      const near = error_ms === null || Math.abs(error_ms) < NEAR_MS;
      const where = near ? t`On your own` : distance(error_ms);
      return { tone: "quiet", text: where, remedy: t`Rejoin` };
    }
  }
}

/** For screen readers: only whether the viewer is in sync with the room, so that announcements are rare. */
export function syncAnnouncement(status: SyncState["status"]): string {
  switch (status) {
    case "in_sync":
      return t`In sync with the room`;
    case "far":
      return t`Out of sync with the room`;
    case "detached":
      return t`Watching on your own`;
    default:
      return "";
  }
}

/** What the status means, for people who ask. */
export function syncExplanation(status: SyncState["status"]): string {
  switch (status) {
    case "in_sync":
      return t`You see the same frame as everyone else.`;
    case "catching_up":
      return t`The film runs a little faster or slower until you’re in sync.`;
    case "buffering":
      return t`Your connection is slower than the film. It continues as soon as enough has loaded.`;
    case "blocked":
      return t`Your browser plays the film after a tap.`;
    case "far":
      return t`Catch up to see the same frame as everyone else.`;
    case "detached":
      return t`Play, pause and seek are yours alone until you rejoin.`;
    case "idle":
      return "";
  }
}

export function amount(error_ms: number): string {
  const size_ms = Math.abs(error_ms);
  return size_ms < 1_000 ? t`${Math.round(size_ms)} ms` : t`${(size_ms / 1_000).toFixed(1)} s`;
}

function distance(error_ms: number): string {
  const away = size(error_ms);
  return error_ms < 0 ? t`${away} behind` : t`${away} ahead`;
}

function size(error_ms: number): string {
  const whole_s = Math.round(Math.abs(error_ms) / 1_000);
  if (whole_s < 1) return amount(error_ms);
  if (whole_s < 60) return t`${whole_s} s`;
  return `${Math.floor(whole_s / 60)}:${String(whole_s % 60).padStart(2, "0")}`;
}

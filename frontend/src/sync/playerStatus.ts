/**
 * Looks at this page's player in the light of the room: what to tell the room about it,
 * and what to show its person. Pure; `session` hands in the looks and sends the reports.
 */
import type { ClockEstimate } from "./clock";
import type { PlaybackState, Ready, Report } from "./protocol";
import type { SyncState } from "./roomState";

interface Surroundings {
  now_ms: number;
  visible: boolean;
  detached: boolean;
  playback: PlaybackState | null;
  clock: ClockEstimate | null;
}

export class SelfReport {
  #schedule = new ReportSchedule();
  #ready: Ready | null = null;
  #sync: SyncState = { status: "idle", error_ms: null };

  /** `reading` is null while there is no player. */
  look(reading: PlayerReading | null, at: Surroundings): SyncState {
    const { now_ms, visible, detached } = at;
    this.#ready =
      reading === null
        ? null
        : readiness(reading, { now_ms, visible, detached, before: this.#ready });
    const ready = this.#ready ?? (detached ? "detached" : "ok");
    this.#sync = syncState(reading, ready, at.playback, this.#sync);
    return this.#sync;
  }

  /** A report when one is due, about what was looked at last. */
  due(reading: PlayerReading | null, at: Surroundings): Report | null {
    const { playback, clock, now_ms, visible } = at;
    if (!reading?.arrived || this.#ready === null || playback === null) return null;
    if (!this.#schedule.due(now_ms, this.#ready, playback.rev)) return null;
    return {
      t: "report",
      rev: playback.rev,
      pos_s: reading.position_s,
      err_ms: reading.error_ms,
      unc_ms: clock?.uncertainty_ms ?? null,
      rtt_ms: clock?.rtt_ms ?? null,
      buf_s: reading.buffered_s,
      ready: this.#ready,
      rate: reading.rate,
      visible,
    };
  }

  /** Another connection, or another film: whoever listens has heard nothing yet. */
  restart(): void {
    this.#schedule.restart();
  }
}

/**
 * What this player says about itself: to the room (`Ready`, in reports) and to its person
 * (`SyncState`). Pure rules; `SyncEngine` knows the player, `session` sends the reports.
 */
/** One look at the player, as the engine hands it to the session. */
export interface PlayerReading {
  position_s: number;
  /** Signed, in milliseconds of film; null while there is nothing to compare with. */
  error_ms: number | null;
  buffered_s: number;
  /** What is buffered reaches the end of the film, or of what is made of it. */
  bufferedToEnd: boolean;
  /** Since when the player stands for want of data, by the local clock. */
  stalledSince_ms: number | null;
  rate: number;
  /** The browser does not let it play before somebody touches the page. */
  blocked: boolean;
  /** For how long it has been on the way to its place, by a seek and a start. */
  placing_ms: number;
  /** It has been at its place once: until then it is nobody the room would wait for. */
  arrived: boolean;
  /** What is being shown, for people: "720p". */
  quality: string | null;
}

export interface Circumstances {
  now_ms: number;
  visible: boolean;
  detached: boolean;
  before: Ready | null;
}

const STALL_MS = 250;
const SCARCE_S = 0.5;
/** A room that waited for us goes on when this much is there, or it would wait again soon. */
const ENOUGH_S = 2;

export function readiness(reading: PlayerReading, at: Circumstances): Ready {
  if (at.detached) return "detached";
  if (reading.blocked) return "blocked";
  if (!at.visible) return "hidden";
  const enough = reading.bufferedToEnd || reading.buffered_s >= ENOUGH_S;
  if (at.before === "buffering" && !enough) return "buffering";
  const stalled =
    reading.stalledSince_ms !== null && at.now_ms - reading.stalledSince_ms > STALL_MS;
  const starved = !reading.bufferedToEnd && reading.buffered_s < SCARCE_S;
  return stalled && starved ? "buffering" : "ok";
}

const EVERY_MS = 1_000;

/** Once a second, and at once when something changed that the room acts upon. */
export class ReportSchedule {
  #last: { at_ms: number; ready: Ready; rev: number } | null = null;

  due(now_ms: number, ready: Ready, rev: number): boolean {
    const last = this.#last;
    const changed = last === null || last.ready !== ready || last.rev !== rev;
    // Timers are late by a little: without the slack every other report would be skipped.
    if (!changed && now_ms - last.at_ms < EVERY_MS - 20) return false;
    this.#last = { at_ms: now_ms, ready, rev };
    return true;
  }

  /** Another connection, or another film: whoever listens has heard nothing yet. */
  restart(): void {
    this.#last = null;
  }
}

const IN_SYNC_MS = 80;
/** Once in sync, a little more is forgiven, so that the light does not flicker. */
const STILL_IN_SYNC_MS = 120;
const FAR_MS = 1_000;
/** A commanded start or seek takes this long; that is no reason for an alarm. */
const PLACING_MS = 1_500;

export function syncState(
  reading: PlayerReading | null,
  ready: Ready,
  playback: PlaybackState | null,
  before: SyncState,
): SyncState {
  if (ready === "detached") return { status: "detached", error_ms: reading?.error_ms ?? null };
  if (reading === null || playback === null || playback.mode === "empty" || !reading.arrived) {
    return { status: "idle", error_ms: null };
  }
  const { error_ms } = reading;
  if (ready === "blocked" || ready === "buffering") return { status: ready, error_ms };
  if (error_ms === null) {
    const expected = before.status === "in_sync" && reading.placing_ms < PLACING_MS;
    return expected ? before : { status: "catching_up", error_ms };
  }
  const size_ms = Math.abs(error_ms);
  if (size_ms >= FAR_MS && reading.placing_ms === 0) return { status: "far", error_ms };
  const limit_ms = before.status === "in_sync" ? STILL_IN_SYNC_MS : IN_SYNC_MS;
  return { status: size_ms < limit_ms ? "in_sync" : "catching_up", error_ms };
}

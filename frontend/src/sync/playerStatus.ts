/**
 * What this page says about its player: to the room (`ready`, in reports) and to its viewer (the sync
 * status). Pure rules; `SyncEngine` reads the player, `RoomSession` sends the reports.
 */
import type { ClockEstimate } from "./clock";
import type { PlaybackState, Ready, Report } from "./protocol";
import type { SyncState } from "./roomState";
import type { CorrectionState } from "./syncController";

/** One reading of the player, as `SyncEngine` hands it to the session. */
export interface PlayerReading {
  position_s: number;
  /** Signed, in milliseconds of film; null while there is nothing to compare with. */
  error_ms: number | null;
  buffered_s: number;
  /** The buffer reaches the end of the film, or of the part that is playable so far. */
  bufferedToEnd: boolean;
  /** Since when the player has been stopped for lack of data, by the local clock. */
  stalledSince_ms: number | null;
  rate: number;
  /** The browser does not allow playing before a user gesture. */
  blocked: boolean;
  /** For how long the player has been seeking to its position and starting there. */
  positioning_ms: number;
  /** The player has been at the room's position once; until then the room must not wait for it. */
  arrived: boolean;
  /** The rendition on the screen, for people: "720p". */
  quality: string | null;
  /** How the player is kept in position, for people. */
  correction: CorrectionState;
}

interface StatusContext {
  now_ms: number;
  visible: boolean;
  detached: boolean;
  playback: PlaybackState | null;
  clock: ClockEstimate | null;
}

export class PlayerStatus {
  #schedule = new ReportSchedule();
  #ready: Ready | null = null;
  #sync: SyncState = { status: "idle", error_ms: null };

  /** Returns what to show the viewer. `reading` is null while there is no player. */
  update(reading: PlayerReading | null, context: StatusContext): SyncState {
    const { now_ms, visible, detached } = context;
    this.#ready =
      reading === null
        ? null
        : readiness(reading, { now_ms, visible, detached, before: this.#ready });
    const ready = this.#ready ?? (detached ? "detached" : "ok");
    this.#sync = syncState(reading, ready, context.playback, this.#sync);
    return this.#sync;
  }

  /** Returns a report about the last update when one is due. */
  dueReport(reading: PlayerReading | null, context: StatusContext): Report | null {
    const { playback, clock, now_ms, visible } = context;
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

  /** After a reconnect or a change of film the other side knows nothing of this player: reports at once. */
  restart(): void {
    this.#schedule.restart();
  }
}

export interface ReadinessContext {
  now_ms: number;
  visible: boolean;
  detached: boolean;
  before: Ready | null;
}

const STALL_MS = 250;
const SCARCE_S = 0.5;
/** With less than this in the buffer, the room would soon have to wait again. */
const ENOUGH_S = 2;

export function readiness(reading: PlayerReading, context: ReadinessContext): Ready {
  if (context.detached) return "detached";
  if (reading.blocked) return "blocked";
  if (!context.visible) return "hidden";
  const enough = reading.bufferedToEnd || reading.buffered_s >= ENOUGH_S;
  if (context.before === "buffering" && !enough) return "buffering";
  const stalled =
    reading.stalledSince_ms !== null && context.now_ms - reading.stalledSince_ms > STALL_MS;
  const starved = !reading.bufferedToEnd && reading.buffered_s < SCARCE_S;
  return stalled && starved ? "buffering" : "ok";
}

const REPORT_EVERY_MS = 1_000;

/** Once a second, and at once after a change that the room acts on. */
class ReportSchedule {
  #last: { at_ms: number; ready: Ready; rev: number } | null = null;

  due(now_ms: number, ready: Ready, rev: number): boolean {
    const last = this.#last;
    const changed = last === null || last.ready !== ready || last.rev !== rev;
    // Timers fire slightly late or early; without this slack every other report would be skipped.
    if (!changed && now_ms - last.at_ms < REPORT_EVERY_MS - 20) return false;
    this.#last = { at_ms: now_ms, ready, rev };
    return true;
  }

  restart(): void {
    this.#last = null;
  }
}

const IN_SYNC_MS = 80;
/** Once in sync, the limit is wider, so that the indicator does not flicker. */
const STILL_IN_SYNC_MS = 120;
const FAR_MS = 1_000;
/** A commanded start or seek takes this long, and is no reason to warn. */
const POSITIONING_MS = 1_500;

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
    const expected = before.status === "in_sync" && reading.positioning_ms < POSITIONING_MS;
    return expected ? before : { status: "catching_up", error_ms };
  }
  const size_ms = Math.abs(error_ms);
  if (size_ms >= FAR_MS && reading.positioning_ms === 0) return { status: "far", error_ms };
  const limit_ms = before.status === "in_sync" ? STILL_IN_SYNC_MS : IN_SYNC_MS;
  return { status: size_ms < limit_ms ? "in_sync" : "catching_up", error_ms };
}

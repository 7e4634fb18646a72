/**
 * Looks at this page's player in the light of the room: what to tell the room about it,
 * and what to show its person. Pure; `session` hands in the looks and sends the reports.
 */
import type { ClockEstimate } from "./clock";
import type { PlaybackState, Ready, Report } from "./protocol";
import { type PlayerReading, ReportSchedule, readiness, syncState } from "./readiness";
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

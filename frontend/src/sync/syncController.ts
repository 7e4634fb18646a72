/**
 * Decides what the player does next so that the film is where the room's clock says. Pure: each step takes
 * the room's timeline, the time and the player's state, and returns actions and the time of the next step it
 * needs. It starts a film by park-and-launch (seek to where the room will be, call `play()` one start latency
 * early) and keeps it in place with the `DriftController`. `SyncEngine` carries the actions out.
 */
import { Calibration, type Method } from "./calibration";
import { DriftController, LaunchBudget } from "./driftController";
import type { LatencyMemory } from "./latency";
import type { PlaybackState } from "./protocol";
import { playableEnd_s, positionAt, restingPosition_s, type Timeline } from "./timeline";

export interface PlayerState {
  /** The local time at which `position_s` was read. */
  now_ms: number;
  position_s: number;
  paused: boolean;
  seeking: boolean;
  /** Enough is buffered to continue from here. */
  ready: boolean;
  ended: boolean;
  /** False where the rate must be left alone, as in a native HLS player. */
  mayPulse: boolean;
}

/** How the player is kept in position, for display. */
export interface CorrectionState {
  method: Method;
  /** Errors below this are left alone. */
  tolerance_ms: number;
  /** Corrections have not helped, so that larger errors are left alone. */
  widened: boolean;
}

export interface RoomView {
  timeline: Timeline;
  /** Room time at `PlayerState.now_ms`. */
  now_ms: number;
  uncertainty_ms: number;
}

export type PlayerAction =
  | { do: "play" }
  | { do: "pause" }
  | { do: "seek"; position_s: number }
  | { do: "rate"; rate: number };

export interface StepResult {
  actions: PlayerAction[];
  /** Local time; null when the regular tick is early enough. */
  wakeAt_ms: number | null;
}

/** Times are room time unless noted. */
type Phase =
  | { name: "idle" }
  /** `since_ms` is local time; `attempt` counts the seeks that did not last. */
  | { name: "stopped"; at_s: number; since_ms: number; attempt: number }
  | { name: "parking"; at_s: number; launchAt_ms: number; since_ms: number; attempt: number }
  | { name: "armed"; at_s: number; launchAt_ms: number; attempt: number }
  | { name: "launching"; launchAt_ms: number; onTime: boolean }
  | { name: "following"; learn: boolean }
  /** Paused for a moment because it was ahead; both are local times. */
  | { name: "holding"; until_ms: number };

/** A commanded change of position above this is a jump; below it, pulses correct it. */
const JUMP_S = 0.5;
const SAME_POSITION_S = 0.005;
/** The player is not where it was sent: its source has changed the position. */
const MISPLACED_S = 0.05;
/** Later than this, a parked player is at the wrong position for its start. */
const LATE_MS = 15;
const MAX_ATTEMPTS = 3;
/** A stopped player has been elsewhere for this long before it is sent to its position again. */
const RESEEK_MS = 400;
/** While a position loads the room moves on; the player seeks again once the room is this far ahead. */
const RETARGET_S = 2;
const STALL_JUMP_S = 3;
const SETTLE_MS = 250;

export class SyncController {
  #phase: Phase = { name: "idle" };
  #rate = 1;
  /** The rate of the state that is followed; `#rate` differs from it during a pulse. */
  #baseRate = 1;
  /** The state whose change of position has been carried out: only a new one may jump freely. */
  #appliedRevision = "";
  #actions: PlayerAction[] = [];
  #wakeAt_ms: number | null = null;
  readonly #drift: DriftController;
  readonly #budget = new LaunchBudget();
  readonly #latency: LatencyMemory;
  readonly #calibration: Calibration;

  constructor(latency: LatencyMemory, calibration = new Calibration()) {
    this.#latency = latency;
    this.#calibration = calibration;
    this.#drift = new DriftController(calibration);
  }

  get phase(): Phase["name"] {
    return this.#phase.name;
  }

  /** The last measured error while the film is followed; null before the first measurement. */
  get measured_ms(): number | null {
    return this.#phase.name === "following" ? this.#drift.measured_ms : null;
  }

  get correction(): CorrectionState {
    const { deadBand_ms, widened } = this.#drift.tolerance;
    return { method: this.#calibration.strategy.method, tolerance_ms: deadBand_ms, widened };
  }

  /** Starts again: another source, a return from the viewer's own pace, or playing was unblocked. */
  reset(): void {
    this.#phase = { name: "idle" };
    // Whatever rate the player has now, this controller has not set it.
    this.#rate = Number.NaN;
  }

  step(player: PlayerState, room: RoomView): StepResult {
    this.#actions = [];
    this.#wakeAt_ms = null;
    this.#calibration.mayPulse = player.mayPulse;
    const goal = room.timeline.newest;
    if (goal === null || goal.mode === "empty") this.#stopAt(player, null);
    else if (goal.mode === "playing") this.#playTowards(goal, player, room);
    else if (room.now_ms >= goal.t0_ms) this.#stopAt(player, restingPosition_s(goal));
    else this.#beforeStop(goal, player, room);
    return { actions: this.#actions, wakeAt_ms: this.#wakeAt_ms };
  }

  /** Stops at `at_s`, or wherever the player is. */
  #stopAt(player: PlayerState, at_s: number | null): void {
    if (!player.paused) this.#actions.push({ do: "pause" });
    this.#setBaseRate(1);
    if (at_s === null) {
      this.#phase = { name: "idle" };
      return;
    }
    const phase = this.#phase;
    if (phase.name === "stopped" && phase.at_s === at_s && player.paused) {
      this.#whileStopped(phase, player);
      return;
    }
    if (Math.abs(player.position_s - at_s) > 1e-6) this.#seek(at_s);
    this.#phase = { name: "stopped", at_s, since_ms: player.now_ms, attempt: 0 };
  }

  /** Seeks again if the position has not lasted: a source that is replaced returns to where it was replaced. */
  #whileStopped(phase: Extract<Phase, { name: "stopped" }>, player: PlayerState): void {
    const misplaced = Math.abs(player.position_s - phase.at_s) > MISPLACED_S;
    if (player.seeking || !misplaced) {
      this.#phase = { ...phase, since_ms: player.now_ms, attempt: misplaced ? phase.attempt : 0 };
      return;
    }
    if (player.now_ms - phase.since_ms < RESEEK_MS || phase.attempt >= MAX_ATTEMPTS) return;
    this.#seek(phase.at_s);
    this.#phase = { ...phase, since_ms: player.now_ms, attempt: phase.attempt + 1 };
  }

  /** The room stops at t0; until then the state before it applies. */
  #beforeStop(goal: PlaybackState, player: PlayerState, room: RoomView): void {
    const before = room.timeline.motionAt(room.now_ms);
    this.#wake(goal.t0_ms, player, room);
    if (before === null || before.velocity === 0) {
      if (player.paused) this.#stopAt(player, restingPosition_s(goal));
    } else if (this.#phase.name === "following") this.#follow(before.state, player, room);
  }

  #playTowards(goal: PlaybackState, player: PlayerState, room: RoomView): void {
    if (this.#atEnd(goal, player, room)) return;
    switch (this.#phase.name) {
      case "idle":
      case "stopped":
        this.#prepare(goal, player, room, 0);
        return;
      case "parking":
        this.#whileParking(this.#phase, goal, player, room);
        return;
      case "armed":
        this.#whileArmed(this.#phase, goal, player, room);
        return;
      case "launching":
        this.#whileLaunching(this.#phase, goal, player, room);
        return;
      case "following":
        this.#whileFollowing(goal, player, room);
        return;
      case "holding":
        this.#whileHolding(this.#phase.until_ms, goal, player, room);
    }
  }

  #whileHolding(until_ms: number, goal: PlaybackState, player: PlayerState, room: RoomView): void {
    if (this.#appliedRevision !== revision(goal) && this.#jumped(goal, player, room)) return;
    if (player.now_ms < until_ms - 0.5) {
      this.#wakeAtLocal(until_ms);
      return;
    }
    this.#actions.push({ do: "play" });
    this.#phase = { name: "following", learn: false };
  }

  /** The film has ended, here or in the room: there is nothing left to follow. */
  #atEnd(goal: PlaybackState, player: PlayerState, room: RoomView): boolean {
    const end_s = playableEnd_s(goal);
    if (positionAt(goal, room.now_ms) < end_s) return false;
    if (player.ended) this.#stopAt(player, player.position_s);
    else if (player.paused) this.#stopAt(player, end_s);
    return true;
  }

  /** Chooses the time of the start and seeks to where the film will be then. */
  #prepare(goal: PlaybackState, player: PlayerState, room: RoomView, attempt: number): void {
    const start_ms = this.#latency.values.start_ms;
    const soonest_ms = Math.max(goal.t0_ms, room.now_ms + start_ms + 2);
    const parked = player.paused && !player.seeking && player.ready;
    if (parked && Math.abs(player.position_s - positionAt(goal, soonest_ms)) < SAME_POSITION_S) {
      this.#phase = { name: "armed", at_s: player.position_s, launchAt_ms: soonest_ms, attempt };
      this.#whileArmed(this.#phase, goal, player, room);
      return;
    }
    const launchAt_ms = Math.max(goal.t0_ms, room.now_ms + this.#latency.prepare_ms);
    const at_s = positionAt(goal, launchAt_ms);
    if (!player.paused) this.#actions.push({ do: "pause" });
    this.#setBaseRate(goal.rate);
    this.#seek(at_s);
    this.#appliedRevision = revision(goal);
    this.#phase = { name: "parking", at_s, launchAt_ms, since_ms: room.now_ms, attempt };
  }

  #whileParking(
    phase: Extract<Phase, { name: "parking" }>,
    goal: PlaybackState,
    player: PlayerState,
    room: RoomView,
  ): void {
    if (this.#isOutdated(phase, goal)) {
      this.#prepare(goal, player, room, 0);
      return;
    }
    const late_ms = room.now_ms + this.#latency.values.start_ms - phase.launchAt_ms;
    if (player.seeking || !player.ready) {
      const patience_s = RETARGET_S * 2 ** phase.attempt;
      if (late_ms / 1000 > patience_s) this.#prepare(goal, player, room, phase.attempt + 1);
      return;
    }
    this.#latency.learn("seek_ms", room.now_ms - phase.since_ms);
    const misplaced = Math.abs(player.position_s - phase.at_s) > MISPLACED_S;
    if ((misplaced || late_ms > LATE_MS) && phase.attempt < MAX_ATTEMPTS) {
      this.#prepare(goal, player, room, phase.attempt + 1);
      return;
    }
    const armed = { ...phase, name: "armed" } as const;
    this.#phase = armed;
    this.#whileArmed(armed, goal, player, room);
  }

  #whileArmed(
    phase: Extract<Phase, { name: "armed" }>,
    goal: PlaybackState,
    player: PlayerState,
    room: RoomView,
  ): void {
    if (this.#isOutdated(phase, goal)) {
      this.#prepare(goal, player, room, 0);
      return;
    }
    const playAt_ms = phase.launchAt_ms - this.#latency.values.start_ms;
    if (room.now_ms < playAt_ms - 0.5) {
      this.#wake(playAt_ms, player, room);
      return;
    }
    this.#setBaseRate(goal.rate);
    this.#appliedRevision = revision(goal);
    this.#actions.push({ do: "play" });
    const onTime = room.now_ms - playAt_ms < LATE_MS;
    this.#phase = { name: "launching", launchAt_ms: phase.launchAt_ms, onTime };
  }

  /** The state for which the player is parked was replaced by one for another position. */
  #isOutdated(phase: { at_s: number; launchAt_ms: number }, goal: PlaybackState): boolean {
    if (goal.t0_ms > phase.launchAt_ms) return true;
    return Math.abs(positionAt(goal, phase.launchAt_ms) - phase.at_s) > SAME_POSITION_S;
  }

  #whileLaunching(
    phase: Extract<Phase, { name: "launching" }>,
    goal: PlaybackState,
    player: PlayerState,
    room: RoomView,
  ): void {
    if (room.now_ms < phase.launchAt_ms + SETTLE_MS) return;
    this.#drift.launched(player.now_ms);
    this.#phase = { name: "following", learn: phase.onTime };
    this.#whileFollowing(goal, player, room);
  }

  #whileFollowing(goal: PlaybackState, player: PlayerState, room: RoomView): void {
    if (player.paused && !player.ended) {
      this.#relaunch(goal, player, room);
      return;
    }
    if (this.#appliedRevision !== revision(goal) && this.#jumped(goal, player, room)) return;
    const now = room.timeline.motionAt(room.now_ms);
    if (now !== null && now.velocity > 0) this.#follow(now.state, player, room);
  }

  /** Jumps if a new state asks for it; smaller changes are left to the drift controller. True: it has jumped. */
  #jumped(goal: PlaybackState, player: PlayerState, room: RoomView): boolean {
    const ahead_ms = Math.max(0, goal.t0_ms - room.now_ms);
    const then_s = player.position_s + (this.#rate * ahead_ms) / 1000;
    const away = Math.abs(positionAt(goal, room.now_ms + ahead_ms) - then_s) > JUMP_S;
    if (!away) {
      if (ahead_ms === 0) this.#appliedRevision = revision(goal);
      return false;
    }
    if (ahead_ms > this.#latency.prepare_ms) {
      this.#wake(goal.t0_ms - this.#latency.prepare_ms, player, room);
      return false;
    }
    this.#prepare(goal, player, room, 0);
    return true;
  }

  #follow(state: PlaybackState, player: PlayerState, room: RoomView): void {
    const error_s = player.position_s - positionAt(state, room.now_ms);
    if (!player.ready || player.seeking) {
      this.#drift.stalled(player.now_ms);
      this.#setBaseRate(state.rate);
      if (-error_s > STALL_JUMP_S) this.#relaunch(state, player, room);
      return;
    }
    this.#correct(state, error_s * 1000, player, room);
  }

  #correct(state: PlaybackState, error_ms: number, player: PlayerState, room: RoomView): void {
    if (state.rate !== this.#baseRate) {
      this.#setBaseRate(state.rate);
      this.#drift.rateChanged(player.now_ms);
    }
    const before_ms = this.#drift.measured_ms;
    const correction = this.#drift.step({
      now_ms: player.now_ms,
      position_s: player.position_s,
      error_ms,
      uncertainty_ms: room.uncertainty_ms,
      rate: state.rate,
      mayJump: this.#budget.mayLaunch(player.now_ms),
    });
    if (before_ms === null) this.#learnStart(state);
    switch (correction.kind) {
      case "none":
        // The calibration may have changed the rate between pulses.
        if (this.#drift.pulseUntil_ms === null) this.#setBaseRate(state.rate);
        break;
      case "pulse":
        this.#setRate(correction.rate);
        break;
      case "settle":
        this.#setBaseRate(state.rate);
        break;
      case "hold":
        this.#actions.push({ do: "pause" });
        this.#phase = { name: "holding", until_ms: correction.until_ms };
        break;
      case "jump":
        this.#relaunch(state, player, room);
    }
    if (this.#drift.pulseUntil_ms !== null) this.#wakeAtLocal(this.#drift.pulseUntil_ms);
  }

  /** A start that landed ahead began earlier than expected, by exactly that much. */
  #learnStart(state: PlaybackState): void {
    const startError_ms = this.#drift.measured_ms;
    if (this.#phase.name !== "following" || !this.#phase.learn || startError_ms === null) return;
    this.#phase = { name: "following", learn: false };
    this.#latency.learn("start_ms", this.#latency.values.start_ms - startError_ms / state.rate);
    this.#calibration.launched(startError_ms);
  }

  #relaunch(goal: PlaybackState, player: PlayerState, room: RoomView): void {
    if (!this.#budget.mayLaunch(player.now_ms)) return;
    this.#budget.spend(player.now_ms);
    this.#prepare(goal, player, room, 0);
  }

  #setBaseRate(rate: number): void {
    this.#baseRate = rate;
    this.#setRate(rate * this.#calibration.strategy.restFactor);
  }

  #setRate(rate: number): void {
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#actions.push({ do: "rate", rate });
  }

  #seek(position_s: number): void {
    this.#actions.push({ do: "seek", position_s });
  }

  #wake(room_ms: number, player: PlayerState, room: RoomView): void {
    this.#wakeAtLocal(player.now_ms + (room_ms - room.now_ms));
  }

  #wakeAtLocal(at_ms: number): void {
    this.#wakeAt_ms = Math.min(this.#wakeAt_ms ?? Number.POSITIVE_INFINITY, at_ms);
  }
}

const revision = (state: PlaybackState) => `${state.epoch}.${state.rev}`;

/**
 * Decides what the player does next so that the film is where the room's clock says.
 * Pure: each step is given the room's timeline, the time and what the player looks like,
 * and answers with orders and the instant at which it wants to be asked again. It starts
 * a film by park-and-launch (stand where the room will be, begin a start latency early)
 * and keeps it there with the drift controller. `SyncEngine` carries the orders out.
 */
import { DriftController, LaunchBudget } from "./driftController";
import type { LatencyMemory } from "./latency";
import type { PlaybackState } from "./protocol";
import { limit_s, positionIn, restingPlace_s, type Timeline } from "./timeline";

export interface PlayerFacts {
  /** The local instant at which `position_s` was read. */
  now_ms: number;
  position_s: number;
  paused: boolean;
  seeking: boolean;
  /** Enough is buffered to play on from here. */
  ready: boolean;
  ended: boolean;
}

export interface RoomFacts {
  timeline: Timeline;
  /** Room time at `PlayerFacts.now_ms`. */
  now_ms: number;
  uncertainty_ms: number;
}

export type Order =
  | { do: "play" }
  | { do: "pause" }
  | { do: "seek"; position_s: number }
  | { do: "rate"; rate: number };

export interface Decision {
  orders: Order[];
  /** Local instant; null when the usual tick is early enough. */
  wakeAt_ms: number | null;
}

/** All instants are room time, but `…_local_ms`. */
type Phase =
  | { name: "idle" }
  | { name: "held"; at_s: number }
  | { name: "parking"; at_s: number; launchAt_ms: number; since_ms: number; attempt: number }
  | { name: "armed"; at_s: number; launchAt_ms: number; attempt: number }
  | { name: "launching"; launchAt_ms: number; onTime: boolean }
  | { name: "following"; learn: boolean };

/** A commanded change of place above this is a jump, below it is left to the pulses. */
const JUMP_S = 0.5;
const SAME_PLACE_S = 0.005;
/** The player did not stay where it was put: its source sought by itself. */
const ASTRAY_S = 0.05;
/** Later than this, a parked player is at the wrong place for its start. */
const LATE_MS = 15;
const MAX_ATTEMPTS = 3;
/** While a place loads, the room runs away from it; follow it when it is this far. */
const RETARGET_S = 2;
const STALL_JUMP_S = 3;
const SETTLE_MS = 250;

export class Pilot {
  #phase: Phase = { name: "idle" };
  #rate = 1;
  /** The rate of the line that is followed; `#rate` differs from it during a pulse. */
  #lineRate = 1;
  /** The state whose change of place has been carried out: only a new one may jump freely. */
  #served = "";
  #orders: Order[] = [];
  #wakeAt_ms: number | null = null;
  readonly #drift = new DriftController();
  readonly #budget = new LaunchBudget();
  readonly #latency: LatencyMemory;

  constructor(latency: LatencyMemory) {
    this.#latency = latency;
  }

  get phase(): Phase["name"] {
    return this.#phase.name;
  }

  get driftError_ms(): number | null {
    return this.#phase.name === "following" ? this.#drift.measured_ms : null;
  }

  /** Forgets where it stood: another source, back from one's own pace, sound allowed. */
  reset(): void {
    this.#phase = { name: "idle" };
    // Whatever rate the player has now, it is not ours.
    this.#rate = Number.NaN;
  }

  step(player: PlayerFacts, room: RoomFacts): Decision {
    this.#orders = [];
    this.#wakeAt_ms = null;
    const goal = room.timeline.newest;
    if (goal === null || goal.mode === "empty") this.#rest(player, null);
    else if (goal.mode === "playing") this.#towardsPlaying(goal, player, room);
    else if (room.now_ms >= goal.t0_ms) this.#rest(player, restingPlace_s(goal));
    else this.#untilStop(goal, player, room);
    return { orders: this.#orders, wakeAt_ms: this.#wakeAt_ms };
  }

  /** Stand still at `at_s`, or just stand still. */
  #rest(player: PlayerFacts, at_s: number | null): void {
    if (!player.paused) this.#orders.push({ do: "pause" });
    this.#setLine(1);
    if (at_s === null) {
      this.#phase = { name: "idle" };
      return;
    }
    const asked = this.#phase.name === "held" && this.#phase.at_s === at_s && player.paused;
    if (!asked && Math.abs(player.position_s - at_s) > 1e-6) this.#seek(at_s);
    this.#phase = { name: "held", at_s };
  }

  /** The room stops at t0; until then what was goes on. */
  #untilStop(goal: PlaybackState, player: PlayerFacts, room: RoomFacts): void {
    const before = room.timeline.motionAt(room.now_ms);
    this.#wake(goal.t0_ms, player, room);
    if (before === null || before.velocity === 0) {
      if (player.paused) this.#rest(player, restingPlace_s(goal));
    } else if (this.#phase.name === "following") this.#follow(before.state, player, room);
  }

  #towardsPlaying(goal: PlaybackState, player: PlayerFacts, room: RoomFacts): void {
    if (this.#atEnd(goal, player, room)) return;
    switch (this.#phase.name) {
      case "idle":
      case "held":
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
    }
  }

  /** The film has run out here, or did in the room: nothing is left to follow. */
  #atEnd(goal: PlaybackState, player: PlayerFacts, room: RoomFacts): boolean {
    const end_s = limit_s(goal);
    if (positionIn(goal, room.now_ms) < end_s) return false;
    if (player.ended) this.#rest(player, player.position_s);
    else if (player.paused) this.#rest(player, end_s);
    return true;
  }

  /** Choose the instant of the start and go where the film will be then. */
  #prepare(goal: PlaybackState, player: PlayerFacts, room: RoomFacts, attempt: number): void {
    const start_ms = this.#latency.values.start_ms;
    const soonest_ms = Math.max(goal.t0_ms, room.now_ms + start_ms + 2);
    const standing = player.paused && !player.seeking && player.ready;
    if (standing && Math.abs(player.position_s - positionIn(goal, soonest_ms)) < SAME_PLACE_S) {
      this.#phase = { name: "armed", at_s: player.position_s, launchAt_ms: soonest_ms, attempt };
      this.#whileArmed(this.#phase, goal, player, room);
      return;
    }
    const launchAt_ms = Math.max(goal.t0_ms, room.now_ms + this.#latency.prepare_ms);
    const at_s = positionIn(goal, launchAt_ms);
    if (!player.paused) this.#orders.push({ do: "pause" });
    this.#setLine(goal.rate);
    this.#seek(at_s);
    this.#served = revision(goal);
    this.#phase = { name: "parking", at_s, launchAt_ms, since_ms: room.now_ms, attempt };
  }

  #whileParking(
    phase: Extract<Phase, { name: "parking" }>,
    goal: PlaybackState,
    player: PlayerFacts,
    room: RoomFacts,
  ): void {
    if (this.#misplaced(phase, goal)) {
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
    const astray = Math.abs(player.position_s - phase.at_s) > ASTRAY_S;
    if ((astray || late_ms > LATE_MS) && phase.attempt < MAX_ATTEMPTS) {
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
    player: PlayerFacts,
    room: RoomFacts,
  ): void {
    if (this.#misplaced(phase, goal)) {
      this.#prepare(goal, player, room, 0);
      return;
    }
    const playAt_ms = phase.launchAt_ms - this.#latency.values.start_ms;
    if (room.now_ms < playAt_ms - 0.5) {
      this.#wake(playAt_ms, player, room);
      return;
    }
    this.#setLine(goal.rate);
    this.#served = revision(goal);
    this.#orders.push({ do: "play" });
    const onTime = room.now_ms - playAt_ms < LATE_MS;
    this.#phase = { name: "launching", launchAt_ms: phase.launchAt_ms, onTime };
  }

  /** The command on whose behalf we stand here was replaced by one for another place. */
  #misplaced(phase: { at_s: number; launchAt_ms: number }, goal: PlaybackState): boolean {
    if (goal.t0_ms > phase.launchAt_ms) return true;
    return Math.abs(positionIn(goal, phase.launchAt_ms) - phase.at_s) > SAME_PLACE_S;
  }

  #whileLaunching(
    phase: Extract<Phase, { name: "launching" }>,
    goal: PlaybackState,
    player: PlayerFacts,
    room: RoomFacts,
  ): void {
    if (room.now_ms < phase.launchAt_ms + SETTLE_MS) return;
    this.#drift.launched(player.now_ms);
    this.#phase = { name: "following", learn: phase.onTime };
    this.#whileFollowing(goal, player, room);
  }

  #whileFollowing(goal: PlaybackState, player: PlayerFacts, room: RoomFacts): void {
    if (player.paused && !player.ended) {
      this.#relaunch(goal, player, room);
      return;
    }
    if (this.#served !== revision(goal) && this.#departs(goal, player, room)) return;
    const now = room.timeline.motionAt(room.now_ms);
    if (now !== null && now.velocity > 0) this.#follow(now.state, player, room);
  }

  /** Whether a new state has made us leave for another place; small changes are left to the drift. */
  #departs(goal: PlaybackState, player: PlayerFacts, room: RoomFacts): boolean {
    const ahead_ms = Math.max(0, goal.t0_ms - room.now_ms);
    const then_s = player.position_s + (this.#rate * ahead_ms) / 1000;
    const away = Math.abs(positionIn(goal, room.now_ms + ahead_ms) - then_s) > JUMP_S;
    if (!away) {
      if (ahead_ms === 0) this.#served = revision(goal);
      return false;
    }
    if (ahead_ms > this.#latency.prepare_ms) {
      this.#wake(goal.t0_ms - this.#latency.prepare_ms, player, room);
      return false;
    }
    this.#prepare(goal, player, room, 0);
    return true;
  }

  #follow(line: PlaybackState, player: PlayerFacts, room: RoomFacts): void {
    const error_s = player.position_s - positionIn(line, room.now_ms);
    if (!player.ready || player.seeking) {
      this.#drift.stalled(player.now_ms);
      this.#setLine(line.rate);
      if (-error_s > STALL_JUMP_S) this.#relaunch(line, player, room);
      return;
    }
    this.#steer(line, error_s * 1000, player, room);
  }

  #steer(line: PlaybackState, error_ms: number, player: PlayerFacts, room: RoomFacts): void {
    if (line.rate !== this.#lineRate) {
      this.#setLine(line.rate);
      this.#drift.rateChanged(player.now_ms);
    }
    const before_ms = this.#drift.measured_ms;
    const correction = this.#drift.step({
      now_ms: player.now_ms,
      error_ms,
      uncertainty_ms: room.uncertainty_ms,
      rate: line.rate,
      mayJump: this.#budget.mayLaunch(player.now_ms),
    });
    if (before_ms === null) this.#learnStart(line);
    switch (correction.kind) {
      case "none":
        break;
      case "pulse":
      case "settle":
        this.#setRate(correction.rate);
        break;
      case "jump":
        this.#relaunch(line, player, room);
    }
    if (this.#drift.pulseUntil_ms !== null) this.#wakeAtLocal(this.#drift.pulseUntil_ms);
  }

  /** A start that landed ahead began sooner than was thought, by just that much. */
  #learnStart(line: PlaybackState): void {
    const landed_ms = this.#drift.measured_ms;
    if (this.#phase.name !== "following" || !this.#phase.learn || landed_ms === null) return;
    this.#phase = { name: "following", learn: false };
    this.#latency.learn("start_ms", this.#latency.values.start_ms - landed_ms / line.rate);
  }

  #relaunch(goal: PlaybackState, player: PlayerFacts, room: RoomFacts): void {
    if (!this.#budget.mayLaunch(player.now_ms)) return;
    this.#budget.spend(player.now_ms);
    this.#prepare(goal, player, room, 0);
  }

  #setLine(rate: number): void {
    this.#lineRate = rate;
    this.#setRate(rate);
  }

  #setRate(rate: number): void {
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#orders.push({ do: "rate", rate });
  }

  #seek(position_s: number): void {
    this.#orders.push({ do: "seek", position_s });
  }

  #wake(room_ms: number, player: PlayerFacts, room: RoomFacts): void {
    this.#wakeAtLocal(player.now_ms + (room_ms - room.now_ms));
  }

  #wakeAtLocal(at_ms: number): void {
    this.#wakeAt_ms = Math.min(this.#wakeAt_ms ?? Number.POSITIVE_INFINITY, at_ms);
  }
}

const revision = (state: PlaybackState) => `${state.epoch}.${state.rev}`;

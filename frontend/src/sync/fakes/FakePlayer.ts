import type { PlayerAction, PlayerState } from "../syncController";

interface Behaviour {
  start_ms: () => number;
  /** The same after a pause without a seek; `start_ms` if it does not say. */
  resume_ms: (() => number) | null;
  seek_ms: () => number;
  /** How much faster than the system clock the sound card runs. */
  skew: number;
  noise_ms: () => number;
  duration_s: number;
  /** The reported position is renewed in steps of this length; 0: at every reading. */
  renewal_ms: number;
  /** How long each change of the rate interrupts the player. */
  rateChange_ms: () => number;
  /** How much sound is discarded whenever the rate returns to exactly 1. The reported position does not show it. */
  lostSound_ms: number;
  mayPulse: boolean;
}

const GOOD: Behaviour = {
  start_ms: () => 78,
  resume_ms: null,
  seek_ms: () => 25,
  skew: 0,
  noise_ms: () => 0,
  duration_s: 3600,
  renewal_ms: 0,
  rateChange_ms: () => 0,
  lostSound_ms: 0,
  mayPulse: true,
};

/** A player that starts late, seeks slowly and runs slightly fast or slow, as real ones do. */
export class FakePlayer {
  readonly actions: PlayerAction[] = [];
  paused = true;
  ready = true;
  rate = 1;
  #behaviour: Behaviour;
  #position_s = 0;
  #at_ms = 0;
  #movesFrom_ms = 0;
  #seekUntil_ms = 0;
  #seeked = true;
  #soundAhead_s = 0;
  #reported: { step: number; position_s: number } = { step: -1, position_s: 0 };

  constructor(behaviour: Partial<Behaviour> = {}) {
    this.#behaviour = { ...GOOD, ...behaviour };
  }

  apply(action: PlayerAction, now_ms: number): void {
    this.#advance(now_ms);
    this.actions.push(action);
    if (action.do === "pause") this.paused = true;
    else if (action.do === "rate") this.#setRate(action.rate, now_ms);
    else if (action.do === "seek") {
      this.#soundAhead_s = 0;
      this.#reported.step = -1;
      this.#position_s = action.position_s;
      this.#seeked = true;
      this.#seekUntil_ms = now_ms + this.#behaviour.seek_ms();
    } else if (this.paused) {
      this.paused = false;
      const { start_ms, resume_ms } = this.#behaviour;
      this.#movesFrom_ms = now_ms + (this.#seeked ? start_ms : (resume_ms ?? start_ms))();
      this.#seeked = false;
    }
  }

  /** A pause by something other than the page: a headset, the system. */
  pauseExternally(now_ms: number): void {
    this.#advance(now_ms);
    this.paused = true;
  }

  /** A seek by something other than the page: a source that is replaced. */
  moveExternally(position_s: number, now_ms: number): void {
    this.#advance(now_ms);
    this.#position_s = position_s;
  }

  position_s(now_ms: number): number {
    this.#advance(now_ms);
    return this.#position_s;
  }

  /** Where the sound is. A seek brings it back to the picture. */
  heard_s(now_ms: number): number {
    return this.position_s(now_ms) + this.#soundAhead_s;
  }

  state(now_ms: number): PlayerState {
    const reported_s = this.#report(now_ms);
    this.#advance(now_ms);
    const seeking = now_ms < this.#seekUntil_ms;
    return {
      now_ms,
      position_s: reported_s + (this.paused ? 0 : this.#behaviour.noise_ms() / 1000),
      paused: this.paused,
      seeking,
      ready: this.ready && !seeking,
      ended: this.#position_s >= this.#behaviour.duration_s,
      mayPulse: this.#behaviour.mayPulse,
    };
  }

  #setRate(rate: number, now_ms: number): void {
    if (rate === this.rate) return;
    if (!this.paused) {
      const from_ms = Math.max(now_ms, this.#movesFrom_ms);
      this.#movesFrom_ms = from_ms + this.#behaviour.rateChange_ms();
      if (rate === 1) this.#soundAhead_s += this.#behaviour.lostSound_ms / 1000;
    }
    this.rate = rate;
  }

  /** The position at the last renewal before now. */
  #report(now_ms: number): number {
    const { renewal_ms } = this.#behaviour;
    if (renewal_ms === 0 || this.paused) return this.position_s(now_ms);
    const step = Math.floor(now_ms / renewal_ms);
    if (step !== this.#reported.step) {
      const at_ms = Math.max(this.#at_ms, step * renewal_ms);
      this.#reported = { step, position_s: this.position_s(at_ms) };
    }
    return this.#reported.position_s;
  }

  #advance(now_ms: number): void {
    const from_ms = Math.max(this.#at_ms, this.#movesFrom_ms, this.#seekUntil_ms);
    if (!this.paused && this.ready && now_ms > from_ms) {
      const played_ms = (now_ms - from_ms) * this.rate * (1 + this.#behaviour.skew);
      this.#position_s += played_ms / 1000;
    }
    this.#position_s = Math.min(this.#position_s, this.#behaviour.duration_s);
    this.#at_ms = now_ms;
  }
}

import type { Order, PlayerFacts } from "../syncController";

interface Behaviour {
  start_ms: () => number;
  seek_ms: () => number;
  /** How much faster than the machine's time the sound card runs. */
  skew: number;
  noise_ms: () => number;
  duration_s: number;
}

const GOOD: Behaviour = {
  start_ms: () => 78,
  seek_ms: () => 25,
  skew: 0,
  noise_ms: () => 0,
  duration_s: 3600,
};

/** A player that starts late, seeks slowly and runs a little fast or slow, like real ones. */
export class FakePlayer {
  readonly orders: Order[] = [];
  paused = true;
  ready = true;
  rate = 1;
  #behaviour: Behaviour;
  #position_s = 0;
  #at_ms = 0;
  #movesFrom_ms = 0;
  #seekUntil_ms = 0;

  constructor(behaviour: Partial<Behaviour> = {}) {
    this.#behaviour = { ...GOOD, ...behaviour };
  }

  carryOut(order: Order, now_ms: number): void {
    this.#advance(now_ms);
    this.orders.push(order);
    if (order.do === "pause") this.paused = true;
    else if (order.do === "rate") this.rate = order.rate;
    else if (order.do === "seek") {
      this.#position_s = order.position_s;
      this.#seekUntil_ms = now_ms + this.#behaviour.seek_ms();
    } else if (this.paused) {
      this.paused = false;
      this.#movesFrom_ms = now_ms + this.#behaviour.start_ms();
    }
  }

  /** The element as somebody else's pause leaves it: the headset's, the system's. */
  pausedFromOutside(now_ms: number): void {
    this.#advance(now_ms);
    this.paused = true;
  }

  position_s(now_ms: number): number {
    this.#advance(now_ms);
    return this.#position_s;
  }

  facts(now_ms: number): PlayerFacts {
    this.#advance(now_ms);
    const seeking = now_ms < this.#seekUntil_ms;
    return {
      now_ms,
      position_s: this.#position_s + (this.paused ? 0 : this.#behaviour.noise_ms() / 1000),
      paused: this.paused,
      seeking,
      ready: this.ready && !seeking,
      ended: this.#position_s >= this.#behaviour.duration_s,
    };
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

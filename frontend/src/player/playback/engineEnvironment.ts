/** What the engine takes from the browser: time, timers, an alarm that is on time, and whether it is seen. */

export interface EngineEnvironment {
  now(): number;
  after(delay_ms: number, run: () => void): () => void;
  /** One alarm at a time; null takes it back. */
  setAlarm(at_ms: number | null): void;
  onAlarm(ring: () => void): () => void;
  isVisible(): boolean;
  sinceVisibilityChange_ms(): number;
}

export function browserEngineEnvironment(): EngineEnvironment {
  let ring = () => {};
  let changed_ms = Number.NEGATIVE_INFINITY;
  const alarm = new Alarm(() => ring());
  const noticed = () => {
    changed_ms = performance.now();
  };
  document.addEventListener("visibilitychange", noticed);
  return {
    now: () => performance.now(),
    after: (delay_ms, run) => {
      const timer = setTimeout(run, delay_ms);
      return () => clearTimeout(timer);
    },
    setAlarm: (at_ms) => alarm.set(at_ms),
    onAlarm: (listener) => {
      ring = listener;
      return () => {
        alarm.close();
        document.removeEventListener("visibilitychange", noticed);
      };
    },
    isVisible: () => document.visibilityState === "visible",
    sinceVisibilityChange_ms: () => performance.now() - changed_ms,
  };
}

/**
 * A timer that is on time. `setTimeout` may be some milliseconds late, which is heard when
 * two devices start a film in one room: it sleeps until shortly before, then it spins
 * through messages, which yield to everything else and come back at once.
 */
const SPIN_MS = 8;

export class Alarm {
  #ring: () => void;
  #at_ms: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #channel = new MessageChannel();

  constructor(ring: () => void) {
    this.#ring = ring;
    this.#channel.port1.onmessage = () => this.#spin();
  }

  /** One instant of `performance.now`; replaces the one set before. */
  set(at_ms: number | null): void {
    if (at_ms === this.#at_ms) return;
    clearTimeout(this.#timer);
    this.#at_ms = at_ms;
    if (at_ms === null) return;
    const sleep_ms = Math.max(0, at_ms - performance.now() - SPIN_MS);
    this.#timer = setTimeout(() => this.#spin(), sleep_ms);
  }

  close(): void {
    this.set(null);
    this.#channel.port1.close();
  }

  #spin(): void {
    if (this.#at_ms === null) return;
    const left_ms = this.#at_ms - performance.now();
    if (left_ms > SPIN_MS) return;
    if (left_ms > 0) {
      this.#channel.port2.postMessage(null);
      return;
    }
    this.#at_ms = null;
    this.#ring();
  }
}

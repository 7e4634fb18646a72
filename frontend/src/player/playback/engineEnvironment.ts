/** What `SyncEngine` takes from the browser: time, timers, a precise alarm, and the page's visibility. */

export interface EngineEnvironment {
  now(): number;
  after(delay_ms: number, run: () => void): () => void;
  /** There is one alarm; null cancels it. */
  setAlarm(at_ms: number | null): void;
  onAlarm(listener: () => void): () => void;
  isVisible(): boolean;
  sinceVisibilityChange_ms(): number;
  /** Media keys and the lock screen reach the page as actions, and not as changes of the element. */
  readonly hasMediaSession: boolean;
}

export function browserEngineEnvironment(): EngineEnvironment {
  let onAlarm = () => {};
  let changed_ms = Number.NEGATIVE_INFINITY;
  const timer = new PreciseTimer(() => onAlarm());
  const visibilityChanged = () => {
    changed_ms = performance.now();
  };
  document.addEventListener("visibilitychange", visibilityChanged);
  return {
    now: () => performance.now(),
    after: (delay_ms, run) => {
      const timeout = setTimeout(run, delay_ms);
      return () => clearTimeout(timeout);
    },
    setAlarm: (at_ms) => timer.set(at_ms),
    onAlarm: (listener) => {
      onAlarm = listener;
      return () => {
        timer.close();
        document.removeEventListener("visibilitychange", visibilityChanged);
      };
    },
    isVisible: () => document.visibilityState === "visible",
    hasMediaSession: "mediaSession" in navigator,
    sinceVisibilityChange_ms: () => performance.now() - changed_ms,
  };
}

const SPIN_MS = 8;

/**
 * `setTimeout` can be several milliseconds late, which is audible when two devices in one room start a
 * film. This timer sleeps until shortly before its time and then spins through `MessageChannel` messages,
 * which yield to other work and return at once.
 */
class PreciseTimer {
  #run: () => void;
  #at_ms: number | null = null;
  #timeout: ReturnType<typeof setTimeout> | undefined;
  #channel = new MessageChannel();

  constructor(run: () => void) {
    this.#run = run;
    this.#channel.port1.onmessage = () => this.#spin();
  }

  /** A time of `performance.now`; replaces the one before. */
  set(at_ms: number | null): void {
    if (at_ms === this.#at_ms) return;
    clearTimeout(this.#timeout);
    this.#at_ms = at_ms;
    if (at_ms === null) return;
    const sleep_ms = Math.max(0, at_ms - performance.now() - SPIN_MS);
    this.#timeout = setTimeout(() => this.#spin(), sleep_ms);
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
    this.#run();
  }
}

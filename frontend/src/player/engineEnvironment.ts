/** What the engine takes from the browser: time, timers, an alarm that is on time, and whether it is seen. */
import { Alarm } from "./alarm";

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

/** Typed events for what leaves no trace in the state, such as a reaction. */
import type { Cancel } from "./environment";

export class Emitter<Events> {
  #listeners = new Map<keyof Events, Set<(detail: never) => void>>();

  on<E extends keyof Events>(event: E, listener: (detail: Events[E]) => void): Cancel {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit<E extends keyof Events>(event: E, detail: Events[E]): void {
    const listeners = this.#listeners.get(event) as Set<(detail: Events[E]) => void> | undefined;
    for (const listener of listeners ?? []) listener(detail);
  }
}

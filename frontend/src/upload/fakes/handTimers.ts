import type { Timers } from "../transferRun";

/** Timers that a test advances by hand. */
export class HandTimers implements Timers {
  #now_ms = 0;
  #waiting: Array<{ due_ms: number; run: () => void }> = [];

  now_ms(): number {
    return this.#now_ms;
  }

  after(delay_ms: number, run: () => void): () => void {
    const timer = { due_ms: this.#now_ms + delay_ms, run };
    this.#waiting.push(timer);
    return () => {
      this.#waiting = this.#waiting.filter((one) => one !== timer);
    };
  }

  get pending(): number {
    return this.#waiting.length;
  }

  advance(by_ms: number): void {
    this.#now_ms += by_ms;
    const due = this.#waiting.filter((timer) => timer.due_ms <= this.#now_ms);
    this.#waiting = this.#waiting.filter((timer) => timer.due_ms > this.#now_ms);
    for (const timer of due) timer.run();
  }
}

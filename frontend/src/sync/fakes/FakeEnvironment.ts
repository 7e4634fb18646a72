import type { Cancel, Socket, SocketEvents, SyncEnvironment } from "../environment";
import { FakeSocket } from "./FakeRelay";

interface Timer {
  at_ms: number;
  run: () => void;
}

/** A browser whose time stands still until a test advances it. */
export class FakeEnvironment implements SyncEnvironment {
  readonly sockets: FakeSocket[] = [];
  visible = true;
  /** What `random` returns. */
  chance = 0.5;
  #now_ms = 1_000;
  #timers = new Set<Timer>();
  #onWake = new Set<() => void>();
  #onNetworkLost = new Set<() => void>();
  #ids = 0;

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }

  now(): number {
    return this.#now_ms;
  }

  random(): number {
    return this.chance;
  }

  newId(): string {
    this.#ids += 1;
    return `id-${this.#ids}`;
  }

  untilDate_ms(instant: string): number {
    return Date.parse(instant) - Date.parse("2030-01-01T00:00:00Z") - this.#now_ms;
  }

  openSocket(url: string, events: SocketEvents): Socket {
    const socket = new FakeSocket(url, events);
    this.sockets.push(socket);
    return socket;
  }

  after(delay_ms: number, run: () => void): Cancel {
    const timer = { at_ms: this.#now_ms + delay_ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  isVisible(): boolean {
    return this.visible;
  }

  onWake(run: () => void): Cancel {
    this.#onWake.add(run);
    return () => this.#onWake.delete(run);
  }

  wake(): void {
    for (const run of this.#onWake) run();
  }

  onNetworkLost(run: () => void): Cancel {
    this.#onNetworkLost.add(run);
    return () => this.#onNetworkLost.delete(run);
  }

  loseNetwork(): void {
    for (const run of this.#onNetworkLost) run();
  }

  /** Runs every timer that becomes due, and lets promises settle in between. */
  async advance(by_ms: number): Promise<void> {
    const until_ms = this.#now_ms + by_ms;
    for (let next = this.#next(until_ms); next !== null; next = this.#next(until_ms)) {
      this.#timers.delete(next);
      this.#now_ms = Math.max(this.#now_ms, next.at_ms);
      next.run();
      await settled();
    }
    this.#now_ms = until_ms;
    await settled();
  }

  /** Time passes without any timer running, as on a closed laptop. */
  sleep(by_ms: number): void {
    this.#now_ms += by_ms;
  }

  #next(until_ms: number): Timer | null {
    const due = [...this.#timers].filter((timer) => timer.at_ms <= until_ms);
    return due.reduce<Timer | null>((a, b) => (a === null || b.at_ms < a.at_ms ? b : a), null);
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
}

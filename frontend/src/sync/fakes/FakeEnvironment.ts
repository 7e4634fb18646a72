import type { Cancel, Socket, SocketEvents, SyncEnvironment } from "../environment";
import { FakeSocket } from "./FakeRelay";

interface Timer {
  at_ms: number;
  run: () => void;
}

/** A browser whose time stands still until a test moves it. */
export class FakeEnvironment implements SyncEnvironment {
  readonly sockets: FakeSocket[] = [];
  visible = true;
  /** What `random` answers. */
  chance = 0.5;
  #now_ms = 1_000;
  #timers = new Set<Timer>();
  #wakers = new Set<() => void>();
  #losers = new Set<() => void>();
  #ids = 0;

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("nobody has opened a socket");
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
    this.#wakers.add(run);
    return () => this.#wakers.delete(run);
  }

  wake(): void {
    for (const run of this.#wakers) run();
  }

  onNetworkLost(run: () => void): Cancel {
    this.#losers.add(run);
    return () => this.#losers.delete(run);
  }

  loseNetwork(): void {
    for (const run of this.#losers) run();
  }

  /** Runs every timer that falls due, and lets promises settle between them. */
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

  /** Time passes and no timer runs: the lid of the laptop was closed. */
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

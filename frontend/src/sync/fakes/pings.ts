import { type ClockSample, pingInterval_ms } from "../clock";

export interface Network {
  one_way_ms: (direction: "there" | "back") => number;
}

/** Pings over a simulated network between two clocks, one of which runs fast or slow. */
export class PingTrial {
  now_ms = 1_000;
  network: Network;
  #offset_ms: number;
  #skew: number;
  #count = 0;

  constructor(options: { network: Network; offset_ms: number; skew: number }) {
    this.network = options.network;
    this.#offset_ms = options.offset_ms;
    this.#skew = options.skew;
  }

  roomTime(local_ms: number): number {
    return local_ms * (1 + this.#skew) + this.#offset_ms;
  }

  /** The room's clock continues while the local one stands still. */
  sleep(duration_ms: number): void {
    this.#offset_ms += duration_ms;
  }

  answers(count: number): ClockSample[] {
    return Array.from({ length: count }, () => this.#ping());
  }

  /** The answers within the given time, by the product's own ping schedule. */
  answersFor(duration_ms: number): ClockSample[] {
    const until_ms = this.now_ms + duration_ms;
    const samples: ClockSample[] = [];
    while (this.now_ms < until_ms) samples.push(this.#ping());
    this.now_ms = until_ms;
    return samples
      .filter((sample) => sample.received_ms <= until_ms)
      .sort((a, b) => a.received_ms - b.received_ms);
  }

  /** The usual method: half of the fastest round trip. */
  byFastestRoundTrip(samples: ClockSample[]): number {
    const trip_ms = (sample: ClockSample) => sample.received_ms - sample.sent_ms;
    const best = samples.reduce((a, b) => (trip_ms(b) < trip_ms(a) ? b : a));
    const { room_received_ms, room_sent_ms, sent_ms, received_ms } = best;
    return this.now_ms + (room_received_ms - sent_ms - (received_ms - room_sent_ms)) / 2;
  }

  #ping(): ClockSample {
    const sent_ms = this.now_ms;
    const arrived_ms = sent_ms + this.network.one_way_ms("there");
    this.now_ms += pingInterval_ms(this.#count, true);
    this.#count += 1;
    return {
      sent_ms,
      room_received_ms: this.roomTime(arrived_ms),
      room_sent_ms: this.roomTime(arrived_ms),
      received_ms: arrived_ms + this.network.one_way_ms("back"),
    };
  }
}

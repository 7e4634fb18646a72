import { describe, expect, it } from "vitest";
import { type ClockSample, pingInterval_ms, RoomClock } from "./clock";
import { type Network, PingTrial } from "./fakes/pings";
import { seededRandom } from "./fakes/random";

const CLEAN: Network = { one_way_ms: () => 2 };
const quantile = (values: number[], p: number) =>
  values.sort((a, b) => a - b)[Math.floor(values.length * p)] ?? Number.NaN;

function feed(clock: RoomClock, samples: ClockSample[], name = "a") {
  for (const sample of samples) clock.add(sample, name);
}

describe("RoomClock", () => {
  it("knows the room's time after eight answers, and nothing before", () => {
    const trial = new PingTrial({ network: CLEAN, offset_ms: 1e9, skew: 0 });
    const clock = new RoomClock();
    feed(clock, trial.answers(7));
    expect(clock.roomTime(trial.now_ms)).toBeNull();
    feed(clock, trial.answers(1));
    expect(clock.roomTime(trial.now_ms)).toBeCloseTo(trial.roomTime(trial.now_ms), 6);
    expect(clock.estimate(trial.now_ms)?.rtt_ms).toBeCloseTo(4);
  });

  it("is within 3.5 ms (p95) after 10 s at 100±50 ms each way and ±80 ppm, a third of the error by the fastest round trip", () => {
    const random = seededRandom(7);
    const network: Network = { one_way_ms: () => 50 + 100 * random() };
    const ours: number[] = [];
    const naive: number[] = [];
    for (let i = 0; i < 150; i += 1) {
      const trial = new PingTrial({ network, offset_ms: 1e7, skew: (random() * 2 - 1) * 80e-6 });
      const clock = new RoomClock();
      const samples = trial.answersFor(10_000);
      feed(clock, samples);
      const truth_ms = trial.roomTime(trial.now_ms);
      ours.push(Math.abs((clock.roomTime(trial.now_ms) ?? Number.NaN) - truth_ms));
      naive.push(Math.abs(trial.byFastestRoundTrip(samples.slice(-40)) - truth_ms));
    }
    expect(quantile(ours, 0.95)).toBeLessThan(3.5);
    expect(quantile(ours, 0.5)).toBeLessThan(1);
    expect(quantile(naive, 0.95)).toBeGreaterThan(3 * quantile(ours, 0.95));
  });

  it("stays right while the two clocks drift apart for ten minutes", () => {
    const trial = new PingTrial({ network: CLEAN, offset_ms: 0, skew: 80e-6 });
    const clock = new RoomClock();
    feed(clock, trial.answersFor(600_000));
    const error_ms = (clock.roomTime(trial.now_ms) ?? Number.NaN) - trial.roomTime(trial.now_ms);
    expect(Math.abs(error_ms)).toBeLessThan(0.2);
  });

  it.each([
    ["applies a small correction gradually, without a jump", 10, 0, -4],
    [
      "applies a large correction at once, because a film must not be that far off for a second",
      40,
      -19,
      -19,
    ],
  ])("%s", (_, one_way_ms, at_once_ms, in_a_second_ms) => {
    const trial = new PingTrial({
      network: { one_way_ms: () => one_way_ms },
      offset_ms: 0,
      skew: 0,
    });
    const clock = new RoomClock();
    feed(clock, trial.answers(20));
    const before_ms = clock.estimate(trial.now_ms)?.offset_ms ?? Number.NaN;
    trial.network = { one_way_ms: (direction) => (direction === "there" ? 2 : one_way_ms) };
    const [better] = trial.answers(1);
    if (better) clock.add(better, "a");
    const at_ms = better?.received_ms ?? Number.NaN;
    const moved_ms = (now_ms: number) =>
      (clock.estimate(now_ms)?.offset_ms ?? Number.NaN) - before_ms;
    expect(moved_ms(at_ms)).toBeCloseTo(at_once_ms, 1);
    expect(moved_ms(at_ms + 1_000)).toBeCloseTo(in_a_second_ms, 0);
  });

  it("starts again when a pong names another clock", () => {
    const trial = new PingTrial({ network: CLEAN, offset_ms: 0, skew: 0 });
    const clock = new RoomClock();
    feed(clock, trial.answers(20));
    feed(clock, trial.answers(1), "b");
    expect(clock.roomTime(trial.now_ms)).toBeNull();
    expect(clock.sampleCount).toBe(1);
  });

  it("keeps the old offset after a gap until new samples have replaced it", () => {
    const trial = new PingTrial({ network: CLEAN, offset_ms: 500, skew: 0 });
    const clock = new RoomClock();
    feed(clock, trial.answers(20));
    clock.discardSamples();
    expect(clock.sampleCount).toBe(0);
    expect(clock.estimate(trial.now_ms)?.offset_ms).toBeCloseTo(500, 3);
  });

  it("detects with one pong that this device's clock stood still during sleep", () => {
    const trial = new PingTrial({ network: CLEAN, offset_ms: 0, skew: 0 });
    const clock = new RoomClock();
    feed(clock, trial.answers(60));
    trial.sleep(90_000);
    feed(clock, trial.answers(1));
    expect(clock.roomTime(trial.now_ms)).toBeNull();
    feed(clock, trial.answers(8));
    expect(clock.roomTime(trial.now_ms)).toBeCloseTo(trial.roomTime(trial.now_ms), 3);
  });
});

describe("pingInterval_ms", () => {
  it("is short at first, then half a second, and long while nothing moves", () => {
    expect([0, 20, 60].map((answered) => pingInterval_ms(answered, true))).toEqual([60, 250, 500]);
    expect(pingInterval_ms(60, false)).toBe(5_000);
  });
});

/** Simulated elements with the traits that were measured in each browser (docs/browsers.md), for an hour of film each. */
import { describe, expect, it } from "vitest";
import { FakePlayer } from "./fakes/FakePlayer";
import { playbackState } from "./fakes/FakeRelay";
import { seededRandom } from "./fakes/random";
import { Viewer } from "./fakes/Viewer";

const MINUTE_MS = 60_000;

type Device = (random: () => number) => FakePlayer;

const around = (random: () => number, middle_ms: number, width_ms: number) => () =>
  middle_ms + width_ms * (random() - 0.5);

const DEVICES: Record<string, Device> = {
  chromium: (random) =>
    new FakePlayer({
      start_ms: around(random, 78, 14),
      seek_ms: around(random, 25, 20),
      noise_ms: around(random, 0, 0.5),
      skew: 20e-6,
    }),
  firefox: (random) =>
    new FakePlayer({
      start_ms: around(random, 40, 20),
      seek_ms: around(random, 10, 10),
      renewal_ms: 41.3,
      lostSound_ms: 24,
      skew: 20e-6,
    }),
  webkit: (random) =>
    new FakePlayer({
      start_ms: around(random, 9, 30),
      seek_ms: around(random, 80, 60),
      noise_ms: around(random, 0, 0.2),
      rateChange_ms: around(random, 65, 30),
      skew: 20e-6,
    }),
  "webkit on a busy machine": (random) =>
    new FakePlayer({
      start_ms: around(random, 400, 500),
      seek_ms: around(random, 500, 400),
      noise_ms: around(random, 0, 0.2),
      rateChange_ms: around(random, 500, 400),
      resume_ms: around(random, 10, 20),
      skew: 20e-6,
    }),
  "native HLS": (random) =>
    new FakePlayer({
      start_ms: around(random, 150, 60),
      seek_ms: around(random, 300, 200),
      noise_ms: around(random, 0, 1),
      rateChange_ms: around(random, 300, 100),
      mayPulse: false,
      skew: 20e-6,
    }),
};

/** Plays for `minutes`; the second half of a run is the time at rest. */
function watch(name: keyof typeof DEVICES, seed: number, minutes = 40) {
  const random = seededRandom(seed);
  const player = (DEVICES[name] as Device)(random);
  const viewer = new Viewer({ player });
  viewer.receive(playbackState({ rev: 2, mode: "playing", pos_s: 0, t0_ms: 0 }));
  viewer.run((minutes / 4) * MINUTE_MS);
  const before = corrections(viewer);
  const heard: number[] = [];
  viewer.run(minutes * MINUTE_MS, () => heard.push(Math.abs(viewer.heardError_ms())));
  heard.sort((one, other) => one - other);
  return {
    viewer,
    p95_ms: heard[Math.floor(0.95 * heard.length)] ?? Number.NaN,
    perMinute: (corrections(viewer) - before) / (0.75 * minutes),
    last_ms: Math.abs(viewer.heardError_ms()),
  };
}

/** A pulse is two changes of the rate. */
const corrections = ({ player }: Viewer) =>
  player.actions.filter(({ do: what }) => what === "seek" || what === "play").length +
  player.actions.filter(({ do: what }) => what === "rate").length / 2;

const SEEDS = [1, 2, 3, 4, 5];

describe("the sync engine in each browser", () => {
  it.each([
    ["chromium", "exact_pulses", 3, 2],
    ["firefox", "near_pulses", 15, 2],
    ["webkit", "launches", 40, 2],
    ["webkit on a busy machine", "launches", 40, 2],
    ["native HLS", "launches", 80, 2],
  ] as const)(
    "in %s settles on %s, is heard within %i ms, and is left alone",
    (name, method, p95_ms, perMinute) => {
      for (const seed of SEEDS) {
        const run = watch(name, seed);
        expect(run.viewer.calibration.strategy.method).toBe(method);
        expect(run.p95_ms).toBeLessThanOrEqual(p95_ms);
        expect(run.perMinute).toBeLessThanOrEqual(perMinute);
        expect(run.last_ms).toBeLessThanOrEqual(p95_ms);
      }
    },
  );
});

describe("a player that nothing helps", () => {
  it("is corrected ever more rarely, and the sync details say so", () => {
    const random = seededRandom(7);
    const player = new FakePlayer({
      rateChange_ms: () => 25 * random(),
      noise_ms: around(random, 0, 60),
    });
    const viewer = new Viewer({ player });
    viewer.receive(playbackState({ rev: 2, mode: "playing", pos_s: 0, t0_ms: 0 }));
    viewer.run(10 * MINUTE_MS);
    expect(viewer.controller.correction.widened).toBe(true);
    const before = corrections(viewer);
    viewer.run(20 * MINUTE_MS);
    expect((corrections(viewer) - before) / 10).toBeLessThanOrEqual(2);
  });
});

describe("a machine that is busy for half a minute", () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    "leaves the player within the widest tolerance a minute later (%i)",
    (seed) => {
      let busy = true;
      const random = seededRandom(seed);
      const player = new FakePlayer({
        start_ms: () => (busy ? 300 + 1_500 * random() : 9),
        seek_ms: around(random, 80, 60),
        rateChange_ms: () => (busy ? 1_000 * random() : 65),
      });
      const viewer = new Viewer({ player });
      viewer.receive(playbackState({ rev: 2, mode: "playing", pos_s: 0, t0_ms: 0 }));
      viewer.run(30_000);
      busy = false;
      viewer.run(90_000);
      expect(Math.abs(viewer.error_ms())).toBeLessThanOrEqual(80);
    },
  );
});

describe("what an earlier visit has learned", () => {
  it("spares a WebKit the first pulses of the next visit", () => {
    const random = seededRandom(3);
    const first = watch("webkit", 3, 4).viewer;
    const player = (DEVICES.webkit as Device)(random);
    const next = new Viewer({ player, traits: first.calibration.traits });
    next.receive(playbackState({ rev: 2, mode: "playing", pos_s: 0, t0_ms: 0 }));
    next.run(5 * MINUTE_MS);
    expect(
      player.actions.filter((action) => action.do === "rate" && action.rate !== 1.00001),
    ).toEqual([]);
  });
});

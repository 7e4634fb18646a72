import { describe, expect, it } from "vitest";
import { FakeEnvironment } from "@/sync/fakes/FakeEnvironment";
import { FakeRenewal, joinConnection, playbackState, welcome } from "@/sync/fakes/FakeRelay";
import { DEFAULT_LATENCIES } from "@/sync/latency";
import type { PlaybackState } from "@/sync/protocol";
import { createRoomSession } from "@/sync/session";
import { FakePort } from "../video/fakes/FakePort";
import { SyncEngine } from "./SyncEngine";

const OFFSET_MS = 1e9;

/** A page in a room whose film plays, two seconds after it came. */
async function watching({ canControl = true } = {}) {
  const browser = new FakeEnvironment();
  const session = createRoomSession({
    connection: joinConnection(),
    renew: new FakeRenewal().renew,
    environment: browser,
  });
  let sinceVisibilityChange_ms = 60_000;
  let snapBacks = 0;
  let cancelAlarm = () => {};
  let ring = () => {};
  const port = new FakePort(() => browser.now());
  const engine = new SyncEngine({
    session,
    player: port,
    latencies: DEFAULT_LATENCIES,
    onLatencies: () => {},
    onSnapBack: () => {
      snapBacks += 1;
    },
    environment: {
      now: () => browser.now(),
      after: (delay_ms, run) => browser.after(delay_ms, run),
      setAlarm: (at_ms) => {
        cancelAlarm();
        if (at_ms !== null) cancelAlarm = browser.after(Math.max(1, at_ms - browser.now()), ring);
      },
      onAlarm: (listener) => {
        ring = listener;
        return () => cancelAlarm();
      },
      isVisible: () => browser.visible,
      sinceVisibilityChange_ms: () => sinceVisibilityChange_ms,
    },
  });
  browser.socket.answersPings = { offset_ms: OFFSET_MS };
  const roomNow_ms = () => browser.now() + OFFSET_MS;
  const say = (parts: Partial<PlaybackState>) => browser.socket.say(playbackState(parts));
  const you = { ...welcome().you, can_control: canControl };
  browser.socket.welcome({ you }, { mode: "playing", pos_s: 100, t0_ms: roomNow_ms() });
  engine.open({ url: "/media/film/1/master.m3u8", kind: "hls", videoId: "film" });
  await browser.advance(2_000);
  return {
    browser,
    session,
    port,
    engine,
    say,
    roomNow_ms,
    snapBacks: () => snapBacks,
    hide: () => {
      browser.visible = false;
      sinceVisibilityChange_ms = 100;
    },
    error_ms: () => (port.look().position_s - (session.target() ?? Number.NaN)) * 1000,
    commands: () => browser.socket.of("cmd").map((command) => command.op),
  };
}

describe("SyncEngine", () => {
  it("brings a joiner to the room's place and says so", async () => {
    const { browser, session, error_ms } = await watching();
    expect(Math.abs(error_ms())).toBeLessThan(10);
    expect(session.store.getState().sync.status).toBe("in_sync");
    expect(browser.socket.of("report").at(-1)).toMatchObject({ ready: "ok", rate: 1 });
  });

  it("says nothing to the room before the film has arrived, so that a joiner stops nobody", async () => {
    const { browser, port, engine } = await watching();
    port.player.ready = false;
    const reports = browser.socket.of("report").length;
    engine.open({ url: "/media/film/2/master.m3u8", kind: "hls", videoId: "film" });
    await browser.advance(3_000);
    expect(browser.socket.of("report").length).toBe(reports);
  });

  it("asks the room when its person presses the headset's button, and waits for the answer", async () => {
    const { browser, port, say, roomNow_ms, commands } = await watching();
    port.pausedFromOutside();
    expect(commands()).toEqual(["pause"]);
    await browser.advance(300);
    expect(port.player.paused).toBe(true);
    say({ rev: 2, mode: "paused", pos_s: 102, t0_ms: roomNow_ms() });
    await browser.advance(500);
    expect(port.look()).toMatchObject({ paused: true, position_s: 102 });
  });

  it("goes on when the room refuses what the headset asked", async () => {
    const { browser, port, error_ms, session } = await watching();
    const refused: string[] = [];
    session.on("nack", ({ code }) => refused.push(code));
    port.pausedFromOutside();
    const cid = browser.socket.of("cmd")[0]?.cid ?? "";
    browser.socket.say({ t: "nack", cid, code: "rate_limited" });
    await browser.advance(3_500);
    expect(refused).toEqual(["rate_limited"]);
    expect(port.player.paused).toBe(false);
    expect(Math.abs(error_ms())).toBeLessThan(10);
  });

  it("snaps back for who may not control, and is not deaf to anything afterwards (R12)", async () => {
    const { browser, port, say, roomNow_ms, commands, snapBacks, error_ms } = await watching({
      canControl: false,
    });
    port.pausedFromOutside();
    await browser.advance(2_000);
    expect(snapBacks()).toBe(1);
    expect(commands()).toEqual([]);
    expect(port.player.paused).toBe(false);
    expect(Math.abs(error_ms())).toBeLessThan(10);
    say({ rev: 2, mode: "paused", pos_s: 110, t0_ms: roomNow_ms() });
    await browser.advance(500);
    expect(port.look()).toMatchObject({ paused: true, position_s: 110 });
  });

  it("never pauses the room because the page was hidden, and catches up when it is seen (R2)", async () => {
    const { browser, port, hide, commands, error_ms } = await watching();
    hide();
    port.pausedFromOutside();
    await browser.advance(1_000);
    expect(commands()).toEqual([]);
    browser.visible = true;
    await browser.advance(5_000);
    expect(port.player.paused).toBe(false);
    expect(Math.abs(error_ms())).toBeLessThan(10);
  });

  it("stands and waits for a touch where the browser forbids playing, and says why (R13)", async () => {
    const { browser, port, engine, session, error_ms } = await watching();
    port.needsTouch = true;
    engine.open({ url: "/media/film/2/master.m3u8", kind: "hls", videoId: "film" });
    port.player.pausedFromOutside(browser.now());
    await browser.advance(5_000);
    expect(session.store.getState().sync.status).toBe("blocked");
    expect(browser.socket.of("report").at(-1)?.ready).toBe("blocked");
    const orders = port.player.orders.length;
    await browser.advance(60_000);
    expect(port.player.orders.length).toBe(orders);
    port.touch();
    await browser.advance(2_000);
    expect(session.store.getState().sync.status).toBe("in_sync");
    expect(Math.abs(error_ms())).toBeLessThan(10);
  });

  it("plays on while the connection is lost, and takes the missed seek when it is back (R8)", async () => {
    const { browser, port, roomNow_ms, error_ms } = await watching();
    browser.socket.drop();
    await browser.advance(400);
    expect(port.player.paused).toBe(false);
    expect(Math.abs(error_ms())).toBeLessThan(10);
    browser.socket.answersPings = { offset_ms: OFFSET_MS };
    browser.socket.welcome({}, { rev: 5, mode: "playing", pos_s: 900, t0_ms: roomNow_ms() - 200 });
    await browser.advance(2_000);
    expect(port.look().position_s).toBeGreaterThan(900);
    expect(Math.abs(error_ms())).toBeLessThan(10);
  });

  it("lets its person go and come back without a word to the room", async () => {
    const { browser, port, engine, session, commands, error_ms } = await watching();
    session.detach();
    engine.seek(10);
    await browser.advance(1_000);
    expect(port.look().position_s).toBeLessThan(20);
    engine.pause();
    await browser.advance(1_000);
    expect(port.player.paused).toBe(true);
    session.rejoin();
    await browser.advance(2_500);
    expect(Math.abs(error_ms())).toBeLessThan(10);
    expect(commands()).toEqual([]);
  });

  it("does not drive the old film by the clock of the next", async () => {
    const { browser, port, say, roomNow_ms } = await watching();
    const orders = port.player.orders.length;
    say({ rev: 2, mrev: 2, video_id: "next", mode: "playing", pos_s: 0, t0_ms: roomNow_ms() });
    await browser.advance(1_000);
    expect(port.player.paused).toBe(true);
    expect(port.player.orders.slice(orders).every((order) => order.do === "pause")).toBe(true);
  });

  it("leaves nothing running when it closes", async () => {
    const { browser, port, engine, say, roomNow_ms } = await watching();
    engine.close();
    const orders = port.player.orders.length;
    say({ rev: 2, mode: "playing", pos_s: 900, t0_ms: roomNow_ms() });
    await browser.advance(5_000);
    expect(port.player.orders.length).toBe(orders);
  });
});

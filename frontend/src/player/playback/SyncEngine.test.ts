import { describe, expect, it } from "vitest";
import { UNKNOWN_TRAITS } from "@/sync/calibration";
import { FakeEnvironment } from "@/sync/fakes/FakeEnvironment";
import { FakeRenewal, joinConnection, playbackState, welcome } from "@/sync/fakes/FakeRelay";
import { DEFAULT_LATENCIES } from "@/sync/latency";
import type { PlaybackState } from "@/sync/protocol";
import { createRoomSession } from "@/sync/session";
import { FakePort } from "../video/fakes/FakePort";
import { SyncEngine } from "./SyncEngine";

const OFFSET_MS = 1e9;

/** A page in a room whose film plays, two seconds after joining. */
async function watching({ canControl = true } = {}) {
  const browser = new FakeEnvironment();
  const session = createRoomSession({
    connection: joinConnection(),
    renew: new FakeRenewal().renew,
    environment: browser,
  });
  let sinceVisibilityChange_ms = 60_000;
  let cancelAlarm = () => {};
  let onAlarm = () => {};
  const port = new FakePort(() => browser.now());
  const engine = new SyncEngine({
    session,
    player: port,
    latencies: DEFAULT_LATENCIES,
    onLatencies: () => {},
    traits: UNKNOWN_TRAITS,
    onTraits: () => {},
    environment: {
      now: () => browser.now(),
      after: (delay_ms, run) => browser.after(delay_ms, run),
      setAlarm: (at_ms) => {
        cancelAlarm();
        if (at_ms !== null)
          cancelAlarm = browser.after(Math.max(1, at_ms - browser.now()), onAlarm);
      },
      onAlarm: (listener) => {
        onAlarm = listener;
        return () => cancelAlarm();
      },
      isVisible: () => browser.visible,
      sinceVisibilityChange_ms: () => sinceVisibilityChange_ms,
      hasMediaSession: true,
    },
  });
  browser.socket.answersPings = { offset_ms: OFFSET_MS };
  const roomNow_ms = () => browser.now() + OFFSET_MS;
  const deliver = (parts: Partial<PlaybackState>) => browser.socket.deliver(playbackState(parts));
  const you = { ...welcome().you, can_control: canControl };
  browser.socket.welcome({ you }, { mode: "playing", pos_s: 100, t0_ms: roomNow_ms() });
  engine.open({ url: "/media/film/1/master.m3u8", kind: "hls", videoId: "film" });
  await browser.advance(2_000);
  return {
    browser,
    session,
    port,
    engine,
    deliver,
    roomNow_ms,
    hide: () => {
      browser.visible = false;
      sinceVisibilityChange_ms = 100;
    },
    error_ms: () => (port.snapshot().position_s - (session.target() ?? Number.NaN)) * 1000,
    commands: () => browser.socket.of("cmd").map((command) => command.op),
  };
}

describe("SyncEngine", () => {
  it("brings a new viewer to the room's position and reports it", async () => {
    const { browser, session, error_ms } = await watching();
    expect(Math.abs(error_ms())).toBeLessThan(10);
    expect(session.store.getState().sync.status).toBe("in_sync");
    expect(browser.socket.of("report").at(-1)).toMatchObject({ ready: "ok", rate: 1 });
  });

  it("sends no report before the film is in position, so that a new viewer does not stop the room", async () => {
    const { browser, port, engine } = await watching();
    port.player.ready = false;
    const reports = browser.socket.of("report").length;
    engine.open({ url: "/media/film/2/master.m3u8", kind: "hls", videoId: "film" });
    await browser.advance(3_000);
    expect(browser.socket.of("report").length).toBe(reports);
  });

  it("asks the room when the viewer pauses in the picture-in-picture window, and waits for the answer", async () => {
    const { browser, port, deliver, roomNow_ms, commands } = await watching();
    port.view.setState({ inPip: true });
    port.pauseExternally();
    expect(commands()).toEqual(["pause"]);
    await browser.advance(300);
    expect(port.player.paused).toBe(true);
    deliver({ rev: 2, mode: "paused", pos_s: 102, t0_ms: roomNow_ms() });
    await browser.advance(500);
    expect(port.snapshot()).toMatchObject({ paused: true, position_s: 102 });
  });

  it("does not pause the room for a call, an unplugged headset or the autoplay policy, and follows it again", async () => {
    for (const soundBlocked of [true, false]) {
      const { browser, port, commands, error_ms } = await watching();
      port.view.setState({ soundBlocked });
      for (let i = 0; i < 5; i += 1) {
        port.pauseExternally();
        await browser.advance(500);
      }
      expect(commands()).toEqual([]);
      await browser.advance(10_000);
      expect(port.player.paused).toBe(false);
      expect(Math.abs(error_ms())).toBeLessThan(10);
    }
  });

  it("plays on when the room refuses the viewer's request", async () => {
    const { browser, port, error_ms, session } = await watching();
    port.view.setState({ inPip: true });
    const refused: string[] = [];
    session.on("nack", ({ code }) => refused.push(code));
    port.pauseExternally();
    const cid = browser.socket.of("cmd")[0]?.cid ?? "";
    browser.socket.deliver({ t: "nack", cid, code: "rate_limited" });
    await browser.advance(3_500);
    expect(refused).toEqual(["rate_limited"]);
    expect(port.player.paused).toBe(false);
    expect(Math.abs(error_ms())).toBeLessThan(10);
  });

  it("snaps back for viewers who may not control the film, and still follows the room afterwards (R12)", async () => {
    const { browser, session, port, deliver, roomNow_ms, commands, error_ms } = await watching({
      canControl: false,
    });
    port.view.setState({ inNativeFullscreen: true });
    let snapBacks = 0;
    session.on("notAllowed", () => {
      snapBacks += 1;
    });
    port.pauseExternally();
    await browser.advance(2_000);
    expect(snapBacks).toBe(1);
    expect(commands()).toEqual([]);
    expect(port.player.paused).toBe(false);
    expect(Math.abs(error_ms())).toBeLessThan(10);
    deliver({ rev: 2, mode: "paused", pos_s: 110, t0_ms: roomNow_ms() });
    await browser.advance(500);
    expect(port.snapshot()).toMatchObject({ paused: true, position_s: 110 });
  });

  it("does not pause the room when an iPhone's full screen is closed, which pauses the film first", async () => {
    const { browser, port, commands, error_ms } = await watching();
    port.view.setState({ inNativeFullscreen: true });
    port.pauseExternally();
    await browser.advance(400);
    port.view.setState({ inNativeFullscreen: false });
    await browser.advance(5_000);
    expect(commands()).toEqual([]);
    expect(port.player.paused).toBe(false);
    expect(Math.abs(error_ms())).toBeLessThan(10);
  });

  it("pauses the room for a pause in an iPhone's full screen that stays open", async () => {
    const { browser, port, commands } = await watching();
    port.view.setState({ inNativeFullscreen: true });
    port.pauseExternally();
    await browser.advance(1_000);
    expect(commands()).toHaveLength(1);
    expect(port.player.paused).toBe(true);
  });

  it("never pauses the room because the page was hidden, and catches up when it is visible again (R2)", async () => {
    const { browser, port, hide, commands, error_ms } = await watching();
    hide();
    port.pauseExternally();
    await browser.advance(1_000);
    expect(commands()).toEqual([]);
    browser.visible = true;
    await browser.advance(5_000);
    expect(port.player.paused).toBe(false);
    expect(Math.abs(error_ms())).toBeLessThan(10);
  });

  it("waits for a user gesture where the browser forbids playing, and reports why (R13)", async () => {
    const { browser, port, engine, session, error_ms } = await watching();
    port.needsGesture = true;
    engine.open({ url: "/media/film/2/master.m3u8", kind: "hls", videoId: "film" });
    port.player.pauseExternally(browser.now());
    await browser.advance(5_000);
    expect(session.store.getState().sync.status).toBe("blocked");
    expect(browser.socket.of("report").at(-1)?.ready).toBe("blocked");
    const actions = port.player.actions.length;
    await browser.advance(60_000);
    expect(port.player.actions.length).toBe(actions);
    port.userGesture();
    await browser.advance(2_000);
    expect(session.store.getState().sync.status).toBe("in_sync");
    expect(Math.abs(error_ms())).toBeLessThan(10);
  });

  it("plays on while the connection is lost, and applies a missed seek after the reconnect (R8)", async () => {
    const { browser, port, roomNow_ms, error_ms } = await watching();
    browser.socket.drop();
    await browser.advance(400);
    expect(port.player.paused).toBe(false);
    expect(Math.abs(error_ms())).toBeLessThan(10);
    browser.socket.answersPings = { offset_ms: OFFSET_MS };
    browser.socket.welcome({}, { rev: 5, mode: "playing", pos_s: 900, t0_ms: roomNow_ms() - 200 });
    await browser.advance(2_000);
    expect(port.snapshot().position_s).toBeGreaterThan(900);
    expect(Math.abs(error_ms())).toBeLessThan(10);
  });

  it("lets the viewer watch at their own pace and return without a message to the room", async () => {
    const { browser, port, session, commands, error_ms } = await watching();
    session.detach();
    session.controls.seek(10);
    await browser.advance(1_000);
    expect(port.snapshot().position_s).toBeLessThan(20);
    session.controls.pause();
    await browser.advance(1_000);
    expect(port.player.paused).toBe(true);
    session.rejoin();
    await browser.advance(2_500);
    expect(Math.abs(error_ms())).toBeLessThan(10);
    expect(commands()).toEqual([]);
  });

  it("does not drive the old film by the state of the next one", async () => {
    const { browser, port, deliver, roomNow_ms } = await watching();
    const actions = port.player.actions.length;
    deliver({ rev: 2, mrev: 2, video_id: "next", mode: "playing", pos_s: 0, t0_ms: roomNow_ms() });
    await browser.advance(1_000);
    expect(port.player.paused).toBe(true);
    expect(port.player.actions.slice(actions).every((action) => action.do === "pause")).toBe(true);
  });

  it("leaves nothing running when it closes", async () => {
    const { browser, port, engine, deliver, roomNow_ms } = await watching();
    engine.close();
    const actions = port.player.actions.length;
    deliver({ rev: 2, mode: "playing", pos_s: 900, t0_ms: roomNow_ms() });
    await browser.advance(5_000);
    expect(port.player.actions.length).toBe(actions);
  });
});

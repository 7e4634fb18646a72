import { describe, expect, it } from "vitest";
import { FakeEnvironment } from "./fakes/FakeEnvironment";
import { FakeRenewal, joinConnection, playbackState, welcome } from "./fakes/FakeRelay";
import { createRoomSession } from "./session";

function watching(playback: Parameters<typeof playbackState>[0] = { mode: "playing" }) {
  const environment = new FakeEnvironment();
  const session = createRoomSession({
    connection: joinConnection(),
    renew: new FakeRenewal().renew,
    environment,
  });
  environment.socket.welcome({}, playback);
  const { controls } = session;
  const own = { position_s: 40, paused: false, calls: [] as string[] };
  controls.attach({
    play: () => own.calls.push("play"),
    pause: () => own.calls.push("pause"),
    seek: (position_s) => own.calls.push(`seek ${position_s}`),
    setRate: (rate) => own.calls.push(`rate ${rate}`),
    snapshot: () => own,
  });
  const commands = () => environment.socket.of("cmd").map((command) => command.op);
  return { environment, session, controls, own, commands };
}

describe("PlaybackControls", () => {
  it("shows a request at once, and the room's state after its answer", () => {
    const { environment, controls } = watching();
    expect(controls.playing).toBe(true);
    controls.toggle();
    expect(controls.playing).toBe(false);
    environment.socket.deliver(playbackState({ rev: 2, mode: "playing" }));
    expect(controls.playing).toBe(true);
  });

  it("shows the room's state again after a refusal, or without an answer in 2.5 s", async () => {
    const { environment, controls } = watching();
    controls.seek(90);
    expect(controls.expected.getState().position_s).toBe(90);
    const cid = environment.socket.of("cmd")[0]?.cid ?? "";
    environment.socket.deliver({ t: "nack", cid, code: "out_of_range" });
    expect(controls.expected.getState().position_s).toBeNull();
    controls.pause();
    await environment.advance(2_500);
    expect(controls.playing).toBe(true);
  });

  it("says so, and sends nothing, when the viewer may not control the film", () => {
    const { environment, session, controls, commands } = watching();
    let refusals = 0;
    session.on("notAllowed", () => {
      refusals += 1;
    });
    const you = { ...welcome().you, can_control: false };
    environment.socket.deliver({ t: "notice", kind: "control", you });
    controls.pause();
    expect(refusals).toBe(1);
    expect(commands()).toEqual([]);
    expect(controls.playing).toBe(true);
  });

  it("drives the viewer's own player at their own pace, and the room when that is the target", () => {
    const { session, controls, own, commands } = watching();
    session.detach();
    controls.pause();
    controls.skip(-10);
    controls.setRate(1.5);
    expect(own.calls).toEqual(["pause", "seek 30", "rate 1.5"]);
    expect(commands()).toEqual([]);
    controls.play("room");
    expect(commands()).toEqual(["play"]);
  });
});

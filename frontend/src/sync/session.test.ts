import { describe, expect, it } from "vitest";
import { FakeEnvironment } from "./fakes/FakeEnvironment";
import { FakeRenewal, joinConnection, playbackState, welcome } from "./fakes/FakeRelay";
import type { PlayerReading } from "./playerStatus";
import type { ChatMessage, Person } from "./protocol";
import { createRoomSession } from "./session";

const OFFSET_MS = 1e9;

function enter() {
  const environment = new FakeEnvironment();
  const renewal = new FakeRenewal();
  const session = createRoomSession({
    connection: joinConnection(),
    renew: renewal.renew,
    environment,
  });
  environment.socket.answersPings = { offset_ms: OFFSET_MS };
  return { environment, renewal, session, state: () => session.store.getState() };
}

function chat(seq: number, parts: Partial<ChatMessage> = {}): ChatMessage {
  return {
    t: "chat",
    id: `1-${seq}`,
    seq,
    by: "max",
    name: "Max",
    at_ms: seq,
    text: `line ${seq}`,
    pos_s: 0,
    ...parts,
  };
}

const person = (id: string): Person => ({
  id,
  name: id.toUpperCase(),
  role: "viewer",
  state: "ok",
});
const people = (...here: Person[]) => ({ t: "people" as const, total: here.length, here });

const reading: PlayerReading = {
  position_s: 5,
  error_ms: 3,
  buffered_s: 20,
  bufferedToEnd: false,
  stalledSince_ms: null,
  rate: 1,
  blocked: false,
  placing_ms: 0,
  arrived: true,
  quality: null,
};

describe("RoomSession", () => {
  it("has the whole room after the welcome, asking nobody (R7)", () => {
    const { environment, state } = enter();
    environment.socket.welcome({ log: [chat(1)], seq: 1 }, { mode: "playing", pos_s: 30 });
    expect(state()).toMatchObject({
      connection: { status: "online" },
      you: { name: "Ana", can_control: true },
      playback: { mode: "playing", pos_s: 30 },
      log: [{ kind: "chat", text: "line 1" }],
    });
  });

  it("knows room time and the film's place half a second after the welcome", async () => {
    const { environment, session } = enter();
    expect(session.roomTime()).toBeNull();
    const t0_ms = environment.now() + OFFSET_MS;
    environment.socket.welcome({}, { mode: "playing", pos_s: 10, t0_ms });
    await environment.advance(2_000);
    expect(session.roomTime()).toBeCloseTo(environment.now() + OFFSET_MS, 3);
    expect(session.target()).toBeCloseTo(12, 3);
  });

  it("lets no chat, comings or goings touch the film (R1)", () => {
    const { environment, session, state } = enter();
    environment.socket.welcome({}, { mode: "playing", pos_s: 30 });
    const before = state().playback;
    environment.socket.say(chat(1, { text: "play" }));
    environment.socket.say(people(person("ana"), person("max")));
    environment.socket.say({ t: "react", by: "max", name: "Max", emoji: "👍", pos_s: 0 });
    expect(state().playback).toBe(before);
    expect(session.timeline.newest).toBe(before);
    expect(environment.socket.of("cmd")).toEqual([]);
  });

  it("never takes an older state for news, and never answers a state (R4)", () => {
    const { environment, state } = enter();
    environment.socket.welcome({}, { rev: 8, mode: "playing" });
    environment.socket.say(playbackState({ rev: 7, mode: "paused" }));
    expect(state().playback?.rev).toBe(8);
    expect(environment.socket.of("cmd")).toEqual([]);
  });

  it("sends a command as a set with cid and mrev, and repeats it with the same cid after a loss", async () => {
    const { environment, session } = enter();
    environment.socket.welcome({}, { mrev: 4 });
    session.pause();
    const [first] = environment.socket.of("cmd");
    expect(first).toMatchObject({ op: "pause", mrev: 4 });
    environment.socket.drop();
    await environment.advance(400);
    environment.socket.welcome();
    expect(environment.socket.of("cmd")).toEqual([first]);
    environment.socket.say({ t: "ack", cid: first?.cid ?? "", rev: 9 });
    await environment.advance(7_000);
    expect(environment.socket.of("cmd")).toHaveLength(1);
  });

  it("does not let a command from before a long absence strike the room", async () => {
    const { environment, session } = enter();
    const refused: string[] = [];
    session.on("nack", ({ code }) => refused.push(code));
    environment.socket.welcome();
    environment.socket.drop();
    session.pause();
    await environment.advance(300);
    await environment.advance(11_000);
    environment.socket.welcome();
    expect(environment.socket.of("cmd")).toEqual([]);
    expect(refused).toEqual(["retry"]);
  });

  it("refuses at once what the room would refuse, and passes a refusal on for the snap-back", () => {
    const { environment, session } = enter();
    const refused: string[] = [];
    session.on("nack", ({ code }) => refused.push(code));
    session.play();
    environment.socket.welcome({}, { mode: "empty", video_id: null });
    session.play();
    const you = { ...welcome().you, can_control: false };
    environment.socket.say(playbackState({ rev: 2 }));
    environment.socket.say({ t: "notice", kind: "control", you });
    session.play();
    expect(refused).toEqual(["no_video", "no_video", "not_allowed"]);
    expect(environment.socket.of("cmd")).toEqual([]);
    environment.socket.say({ t: "notice", kind: "control", you: welcome().you });
    session.seek(99_999);
    const [seek] = environment.socket.of("cmd");
    expect(seek?.pos_s).toBe(3600);
    environment.socket.say({ t: "nack", cid: seek?.cid ?? "", code: "out_of_range" });
    expect(refused.at(-1)).toBe("out_of_range");
  });

  it("shows a message as pending until the room has numbered it (R10)", () => {
    const { environment, session, state } = enter();
    environment.socket.welcome();
    session.chat("hello", { replyTo: "1-0" });
    const [sent] = environment.socket.of("chat");
    expect(sent).toMatchObject({ text: "hello", reply_to: "1-0" });
    expect(state().pending).toMatchObject([{ cid: sent?.cid, text: "hello", failed: false }]);
    environment.socket.say(chat(1, { by: "ana", text: "hello" }));
    environment.socket.say({ t: "ack", cid: sent?.cid ?? "", seq: 1 });
    expect(state().pending).toEqual([]);
    expect(state().log).toHaveLength(1);
  });

  it("keeps a message written offline and sends it once when the room is back (R10)", async () => {
    const { environment, session, state } = enter();
    environment.socket.welcome();
    environment.socket.drop();
    session.chat("are you there?");
    await environment.advance(45_000);
    expect(state().pending).toMatchObject([{ failed: false }]);
    while (environment.socket.closed) await environment.advance(100);
    environment.socket.welcome();
    expect(environment.socket.of("chat")).toHaveLength(1);
  });

  it("says that a message was refused, and tries again under a new cid", () => {
    const { environment, session, state } = enter();
    environment.socket.welcome();
    session.chat("too fast");
    const [sent] = environment.socket.of("chat");
    environment.socket.say({ t: "nack", cid: sent?.cid ?? "", code: "slow_mode" });
    expect(state().pending).toMatchObject([{ failed: true, code: "slow_mode" }]);
    session.retryChat(sent?.cid ?? "");
    expect(environment.socket.of("chat")[1]?.cid).not.toBe(sent?.cid);
    expect(state().pending).toHaveLength(1);
  });

  it("resumes the log after a reconnect: nothing twice, nothing lost, nobody announced (R8, R9)", async () => {
    const { environment, state } = enter();
    environment.socket.welcome({ log: [chat(1)], seq: 1, people: people(person("ana")) });
    environment.socket.say(chat(2));
    environment.socket.drop();
    await environment.advance(400);
    environment.socket.open();
    expect(environment.socket.of("hello")[0]).toMatchObject({
      resume: { epoch: 1, seq: 2 },
      seen: { epoch: 1, rev: 1 },
    });
    environment.socket.welcome({
      log: [chat(3)],
      seq: 3,
      complete: true,
      reason: null,
      people: people(person("ana"), person("max")),
    });
    expect(state().log.map((line) => line.kind === "chat" && line.seq)).toEqual([1, 2, 3]);
    expect(state().historyIncomplete).toBe(false);
  });

  it("says that messages may be missing after a new epoch", async () => {
    const { environment, state } = enter();
    environment.socket.welcome({ log: [chat(1)], seq: 1 });
    environment.socket.drop();
    await environment.advance(400);
    environment.socket.welcome({ log: [chat(9)], seq: 9, epoch: 2, reason: "epoch" });
    expect(state().log).toMatchObject([{ seq: 9 }]);
    expect(state().historyIncomplete).toBe(true);
  });

  it("names who comes and goes, merged, and keeps the list fresh (R9)", () => {
    const { environment, state } = enter();
    environment.socket.welcome({ people: people(person("ana")) });
    environment.socket.say(people(person("ana"), person("max")));
    environment.socket.say(people(person("ana"), person("max"), person("eva")));
    environment.socket.say(people(person("ana"), person("eva")));
    expect(state().people.map((one) => one.name)).toEqual(["ANA", "EVA"]);
    expect(state().log).toMatchObject([
      { event: "joined", names: ["MAX", "EVA"] },
      { event: "left", names: ["MAX"] },
    ]);
  });

  it("tells who did what to the film, and not what was so when we came", () => {
    const { environment, state } = enter();
    const cause = { cmd: "pause" as const, by: "max" };
    environment.socket.welcome(
      { people: people(person("ana"), person("max")) },
      { rev: 3, cause: { cmd: "play", by: "max" } },
    );
    environment.socket.say(playbackState({ rev: 4, pos_s: 61, cause }));
    environment.socket.say(playbackState({ rev: 4, pos_s: 61, cause }));
    expect(state().log).toMatchObject([{ event: "pause", name: "MAX", pos_s: 61 }]);
  });

  it("tells of a film that is put on, and not each time it has grown", () => {
    const { environment, state } = enter();
    environment.socket.welcome({}, { rev: 1, mrev: 1 });
    const cause = { cmd: "media" as const };
    environment.socket.say(playbackState({ rev: 2, mrev: 2, cause }));
    environment.socket.say(playbackState({ rev: 3, mrev: 2, playable_s: 40, cause }));
    expect(state().log).toMatchObject([{ event: "media" }]);
    expect(state().playback?.playable_s).toBe(40);
  });

  it("forgets a deleted text and a cleared log", () => {
    const { environment, state } = enter();
    environment.socket.welcome();
    environment.socket.say(chat(1));
    environment.socket.say(chat(2));
    environment.socket.say({ t: "deleted", seq: 3, id: "1-1" });
    expect(state().log).toMatchObject([{ deleted: true, text: "" }, { text: "line 2" }]);
    environment.socket.say({ t: "cleared", seq: 4 });
    expect(state().log).toEqual([]);
  });

  it("reports once a second, at once when readiness changes, and never from the lobby", async () => {
    const { environment, session } = enter();
    environment.socket.welcome({}, { mode: "playing" });
    for (let i = 0; i < 90; i += 1) {
      session.observe(reading);
      await environment.advance(30);
    }
    expect(environment.socket.of("report")).toHaveLength(3);
    session.observe({ ...reading, blocked: true });
    expect(environment.socket.of("report").at(-1)).toMatchObject({ ready: "blocked", err_ms: 3 });
    const waiting = enter();
    waiting.environment.socket.welcome({ you: { ...welcome().you, role: "waiting" } }, null);
    waiting.session.observe(reading);
    expect(waiting.environment.socket.of("report")).toEqual([]);
  });

  it("speaks for a hidden page only by reporting that it is hidden (R2)", () => {
    const { environment, session } = enter();
    environment.socket.welcome({}, { mode: "playing" });
    environment.visible = false;
    environment.wake();
    session.observe(reading);
    expect(environment.socket.of("report").at(-1)).toMatchObject({
      ready: "hidden",
      visible: false,
    });
    expect(environment.socket.of("cmd")).toEqual([]);
  });

  it("lets one person watch at their own pace and come back", async () => {
    const { environment, session, state } = enter();
    environment.socket.welcome({}, { mode: "playing" });
    session.detach();
    session.observe(reading);
    expect(state().sync.status).toBe("detached");
    expect(environment.socket.of("report").at(-1)?.ready).toBe("detached");
    session.rejoin();
    await environment.advance(500);
    session.observe(reading);
    expect(state().sync).toEqual({ status: "in_sync", error_ms: 3 });
  });

  it("goes in when it is admitted: renews and hands the new token over the same socket (R8)", async () => {
    const { environment, renewal, session } = enter();
    renewal.answer = { status: "admitted", connection: joinConnection({ join_token: "token-2" }) };
    let admitted = 0;
    session.on("admitted", () => {
      admitted += 1;
    });
    environment.socket.welcome({ you: { ...welcome().you, role: "waiting" } }, null);
    environment.socket.say({ t: "admitted" });
    await environment.advance(1);
    expect(admitted).toBe(1);
    expect(environment.socket.of("token")).toEqual([{ t: "token", token: "token-2" }]);
  });

  it("ends when it is denied", async () => {
    const { environment, session, state } = enter();
    let denied = 0;
    session.on("denied", () => {
      denied += 1;
    });
    environment.socket.welcome({ you: { ...welcome().you, role: "waiting" } }, null);
    environment.socket.say({ t: "denied" });
    expect(denied).toBe(1);
    expect(state().connection).toMatchObject({ status: "ended", reason: "denied" });
  });

  it("tells once that the film has changed", () => {
    const { environment, session } = enter();
    const films: (string | null)[] = [];
    session.on("mediaChanged", ({ video_id }) => films.push(video_id));
    environment.socket.welcome({}, { mrev: 1 });
    environment.socket.say(playbackState({ rev: 2, mrev: 1 }));
    environment.socket.say(playbackState({ rev: 3, mrev: 2, video_id: "other" }));
    environment.socket.say(playbackState({ rev: 3, mrev: 2, video_id: "other" }));
    expect(films).toEqual(["other"]);
  });

  it("shows knocks, whom the room waits for, and who is typing but oneself", () => {
    const { environment, state } = enter();
    environment.socket.welcome();
    const knock = { t: "knock" as const, req: "r1", participant_id: "eva", name: "Eva" };
    environment.socket.say(knock);
    environment.socket.say(knock);
    environment.socket.say({ t: "waiting_for", people: [person("max")], until_ms: 9 });
    environment.socket.say({ t: "typing", people: [person("ana"), person("max")] });
    expect(state()).toMatchObject({
      knocks: [{ req: "r1" }],
      waitingFor: { people: ["MAX"], until_ms: 9 },
      typing: ["MAX"],
    });
    environment.socket.say({ t: "knock_gone", req: "r1" });
    environment.socket.say({ t: "waiting_for", people: [], until_ms: 0 });
    expect(state()).toMatchObject({ knocks: [], waitingFor: null });
  });
});

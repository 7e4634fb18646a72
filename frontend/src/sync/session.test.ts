import { describe, expect, it } from "vitest";
import { FakeEnvironment } from "./fakes/FakeEnvironment";
import { FakeRenewal, joinConnection, playbackState, welcome } from "./fakes/FakeRelay";
import type { PlayerReading } from "./playerStatus";
import type { ChatMessage, Person } from "./protocol";
import { createRoomSession } from "./session";

const OFFSET_MS = 1e9;

function join() {
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
  positioning_ms: 0,
  arrived: true,
  quality: null,
  correction: { method: "exact_pulses", tolerance_ms: 1, widened: false },
};

describe("RoomSession", () => {
  it("has the whole room after the welcome, without another request (R7)", () => {
    const { environment, state } = join();
    environment.socket.welcome({ log: [chat(1)], seq: 1 }, { mode: "playing", pos_s: 30 });
    expect(state()).toMatchObject({
      connection: { status: "online" },
      you: { name: "Ana", can_control: true },
      playback: { mode: "playing", pos_s: 30 },
      log: [{ kind: "chat", text: "line 1" }],
    });
  });

  it("knows room time and the target position two seconds after the welcome", async () => {
    const { environment, session } = join();
    expect(session.roomTime()).toBeNull();
    const t0_ms = environment.now() + OFFSET_MS;
    environment.socket.welcome({}, { mode: "playing", pos_s: 10, t0_ms });
    await environment.advance(2_000);
    expect(session.roomTime()).toBeCloseTo(environment.now() + OFFSET_MS, 3);
    expect(session.target()).toBeCloseTo(12, 3);
  });

  it("lets no chat, joining or leaving affect playback (R1)", () => {
    const { environment, session, state } = join();
    environment.socket.welcome({}, { mode: "playing", pos_s: 30 });
    const before = state().playback;
    environment.socket.deliver(chat(1, { text: "play" }));
    environment.socket.deliver(people(person("ana"), person("max")));
    environment.socket.deliver({ t: "react", by: "max", name: "Max", emoji: "👍", pos_s: 0 });
    expect(state().playback).toBe(before);
    expect(session.timeline.newest).toBe(before);
    expect(environment.socket.of("cmd")).toEqual([]);
  });

  it("ignores an older state, and never answers a state (R4)", () => {
    const { environment, state } = join();
    environment.socket.welcome({}, { rev: 8, mode: "playing" });
    environment.socket.deliver(playbackState({ rev: 7, mode: "paused" }));
    expect(state().playback?.rev).toBe(8);
    expect(environment.socket.of("cmd")).toEqual([]);
  });

  it("sends a command with cid and mrev, and repeats it with the same cid after a reconnect", async () => {
    const { environment, session } = join();
    environment.socket.welcome({}, { mrev: 4 });
    session.controls.pause();
    const [first] = environment.socket.of("cmd");
    expect(first).toMatchObject({ op: "pause", mrev: 4 });
    environment.socket.drop();
    await environment.advance(400);
    environment.socket.welcome();
    expect(environment.socket.of("cmd")).toEqual([first]);
    environment.socket.deliver({ t: "ack", cid: first?.cid ?? "", rev: 9 });
    await environment.advance(7_000);
    expect(environment.socket.of("cmd")).toHaveLength(1);
  });

  it("shows an open offer of the room without a break when it reconnects", async () => {
    const { environment, session, state } = join();
    const offer = { by: { id: "ana", name: "Ana" }, to: { id: "eva", name: "Eva" }, until_ms: 1 };
    environment.socket.welcome({ offer });
    const hidden: unknown[] = [];
    session.store.subscribe((room) => room.hostOffer ?? hidden.push(room));
    environment.socket.drop();
    await environment.advance(400);
    environment.socket.welcome({ offer });
    expect(hidden).toEqual([]);
    expect(state().hostOffer).toEqual(offer);
    environment.socket.drop();
    await environment.advance(400);
    environment.socket.welcome();
    expect(state().hostOffer).toBeNull();
  });

  it("drops a command that was given before a long disconnection", async () => {
    const { environment, session } = join();
    const refused: string[] = [];
    session.on("nack", ({ code }) => refused.push(code));
    environment.socket.welcome();
    environment.socket.drop();
    session.controls.pause();
    await environment.advance(300);
    await environment.advance(11_000);
    environment.socket.welcome();
    expect(environment.socket.of("cmd")).toEqual([]);
    expect(refused).toEqual(["retry"]);
  });

  it("refuses at once what the room would refuse, and passes on the room's refusals", () => {
    const { environment, session } = join();
    const refused: string[] = [];
    session.on("nack", ({ code }) => refused.push(code));
    session.on("notAllowed", () => refused.push("not_allowed"));
    session.controls.play();
    environment.socket.welcome({}, { mode: "empty", video_id: null });
    session.controls.play();
    const you = { ...welcome().you, can_control: false };
    environment.socket.deliver(playbackState({ rev: 2 }));
    environment.socket.deliver({ t: "notice", kind: "control", you });
    session.controls.play();
    expect(refused).toEqual(["no_video", "no_video", "not_allowed"]);
    expect(environment.socket.of("cmd")).toEqual([]);
    environment.socket.deliver({ t: "notice", kind: "control", you: welcome().you });
    session.controls.seek(99_999);
    const [seek] = environment.socket.of("cmd");
    expect(seek?.pos_s).toBe(3600);
    environment.socket.deliver({ t: "nack", cid: seek?.cid ?? "", code: "out_of_range" });
    expect(refused.at(-1)).toBe("out_of_range");
  });

  it("shows a message as pending until the room has numbered it (R10)", () => {
    const { environment, session, state } = join();
    environment.socket.welcome();
    session.chat("hello", { replyTo: "1-0" });
    const [sent] = environment.socket.of("chat");
    expect(sent).toMatchObject({ text: "hello", reply_to: "1-0" });
    expect(state().pending).toMatchObject([{ cid: sent?.cid, text: "hello", failed: false }]);
    environment.socket.deliver(chat(1, { by: "ana", text: "hello" }));
    environment.socket.deliver({ t: "ack", cid: sent?.cid ?? "", seq: 1 });
    expect(state().pending).toEqual([]);
    expect(state().log).toHaveLength(1);
  });

  it("keeps a message written offline and sends it once after the reconnect (R10)", async () => {
    const { environment, session, state } = join();
    environment.socket.welcome();
    environment.socket.drop();
    session.chat("are you there?");
    await environment.advance(45_000);
    expect(state().pending).toMatchObject([{ failed: false }]);
    while (environment.socket.closed) await environment.advance(100);
    environment.socket.welcome();
    expect(environment.socket.of("chat")).toHaveLength(1);
  });

  it("marks a refused message, and retries it with a new cid", () => {
    const { environment, session, state } = join();
    environment.socket.welcome();
    session.chat("too fast");
    const [sent] = environment.socket.of("chat");
    environment.socket.deliver({ t: "nack", cid: sent?.cid ?? "", code: "slow_mode" });
    expect(state().pending).toMatchObject([{ failed: true, code: "slow_mode" }]);
    session.retryChat(sent?.cid ?? "");
    expect(environment.socket.of("chat")[1]?.cid).not.toBe(sent?.cid);
    expect(state().pending).toHaveLength(1);
  });

  it("resumes the log after a reconnect: nothing twice, nothing lost, no one announced (R8, R9)", async () => {
    const { environment, state } = join();
    environment.socket.welcome({ log: [chat(1)], seq: 1, people: people(person("ana")) });
    environment.socket.deliver(chat(2));
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
    const { environment, state } = join();
    environment.socket.welcome({ log: [chat(1)], seq: 1 });
    environment.socket.drop();
    await environment.advance(400);
    environment.socket.welcome({ log: [chat(9)], seq: 9, epoch: 2, reason: "epoch" });
    expect(state().log).toMatchObject([{ seq: 9 }]);
    expect(state().historyIncomplete).toBe(true);
  });

  it("logs who joins and leaves in merged lines, and keeps the list current (R9)", () => {
    const { environment, state } = join();
    environment.socket.welcome({ people: people(person("ana")) });
    environment.socket.deliver(people(person("ana"), person("max")));
    environment.socket.deliver(people(person("ana"), person("max"), person("eva")));
    environment.socket.deliver(people(person("ana"), person("eva")));
    expect(state().people.map((one) => one.name)).toEqual(["ANA", "EVA"]);
    expect(state().log).toMatchObject([
      { event: "joined", names: ["MAX", "EVA"] },
      { event: "left", names: ["MAX"] },
    ]);
  });

  it("logs who did what to the film, but not the state at the time of joining", () => {
    const { environment, state } = join();
    const cause = { cmd: "pause" as const, by: "max" };
    environment.socket.welcome(
      { people: people(person("ana"), person("max")) },
      { rev: 3, cause: { cmd: "play", by: "max" } },
    );
    environment.socket.deliver(playbackState({ rev: 4, pos_s: 61, cause }));
    environment.socket.deliver(playbackState({ rev: 4, pos_s: 61, cause }));
    expect(state().log).toMatchObject([{ event: "pause", name: "MAX", pos_s: 61 }]);
  });

  it("logs a film that is put on, but not each time it has grown", () => {
    const { environment, state } = join();
    environment.socket.welcome({}, { rev: 1, mrev: 1 });
    const cause = { cmd: "media" as const };
    environment.socket.deliver(playbackState({ rev: 2, mrev: 2, cause }));
    environment.socket.deliver(playbackState({ rev: 3, mrev: 2, playable_s: 40, cause }));
    expect(state().log).toMatchObject([{ event: "media" }]);
    expect(state().playback?.playable_s).toBe(40);
  });

  it("does not call the first film a change", () => {
    const { environment, state } = join();
    environment.socket.welcome({}, { rev: 1, mrev: 0, mode: "empty" });
    const cause = { cmd: "media" as const };
    environment.socket.deliver(playbackState({ rev: 2, mrev: 1, mode: "paused", cause }));
    environment.socket.deliver(playbackState({ rev: 3, mrev: 2, mode: "paused", cause }));
    expect(state().log).toMatchObject([{ event: "first_film" }, { event: "media" }]);
  });

  it("removes a deleted text and a cleared log", () => {
    const { environment, state } = join();
    environment.socket.welcome();
    environment.socket.deliver(chat(1));
    environment.socket.deliver(chat(2));
    environment.socket.deliver({ t: "deleted", seq: 3, id: "1-1" });
    expect(state().log).toMatchObject([{ deleted: true, text: "" }, { text: "line 2" }]);
    environment.socket.deliver({ t: "cleared", seq: 4 });
    expect(state().log).toEqual([]);
  });

  it("reports once a second, at once when readiness changes, and never from the lobby", async () => {
    const { environment, session } = join();
    environment.socket.welcome({}, { mode: "playing" });
    for (let i = 0; i < 90; i += 1) {
      session.observe(reading);
      await environment.advance(30);
    }
    expect(environment.socket.of("report")).toHaveLength(3);
    session.observe({ ...reading, blocked: true });
    expect(environment.socket.of("report").at(-1)).toMatchObject({ ready: "blocked", err_ms: 3 });
    const waiting = join();
    waiting.environment.socket.welcome({ you: { ...welcome().you, role: "waiting" } }, null);
    waiting.session.observe(reading);
    expect(waiting.environment.socket.of("report")).toEqual([]);
  });

  it("sends nothing for a hidden page but the report that it is hidden (R2)", () => {
    const { environment, session } = join();
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

  it("lets a viewer watch at their own pace and return", async () => {
    const { environment, session, state } = join();
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

  it("enters when admitted: renews, and sends the new token on the same socket (R8)", async () => {
    const { environment, renewal, session } = join();
    renewal.answer = { status: "admitted", connection: joinConnection({ join_token: "token-2" }) };
    let admitted = 0;
    session.on("admitted", () => {
      admitted += 1;
    });
    environment.socket.welcome({ you: { ...welcome().you, role: "waiting" } }, null);
    environment.socket.deliver({ t: "admitted" });
    await environment.advance(1);
    expect(admitted).toBe(1);
    expect(environment.socket.of("token")).toEqual([{ t: "token", token: "token-2" }]);
  });

  it("ends when denied", async () => {
    const { environment, session, state } = join();
    let denied = 0;
    session.on("denied", () => {
      denied += 1;
    });
    environment.socket.welcome({ you: { ...welcome().you, role: "waiting" } }, null);
    environment.socket.deliver({ t: "denied" });
    expect(denied).toBe(1);
    expect(state().connection).toMatchObject({ status: "ended", reason: "denied" });
  });

  it("announces a changed film once", () => {
    const { environment, session } = join();
    const films: (string | null)[] = [];
    session.on("mediaChanged", ({ video_id }) => films.push(video_id));
    environment.socket.welcome({}, { mrev: 1 });
    environment.socket.deliver(playbackState({ rev: 2, mrev: 1 }));
    environment.socket.deliver(playbackState({ rev: 3, mrev: 2, video_id: "other" }));
    environment.socket.deliver(playbackState({ rev: 3, mrev: 2, video_id: "other" }));
    expect(films).toEqual(["other"]);
  });

  it("shows knocks, whom the room waits for, and who else is typing", () => {
    const { environment, state } = join();
    environment.socket.welcome();
    const knock = { t: "knock" as const, req: "r1", participant_id: "eva", name: "Eva" };
    environment.socket.deliver(knock);
    environment.socket.deliver(knock);
    environment.socket.deliver({ t: "waiting_for", people: [person("max")], until_ms: 9 });
    environment.socket.deliver({ t: "typing", people: [person("ana"), person("max")] });
    expect(state()).toMatchObject({
      knocks: [{ req: "r1" }],
      waitingFor: { people: ["MAX"], until_ms: 9 },
      typing: ["MAX"],
    });
    environment.socket.deliver({ t: "knock_gone", req: "r1" });
    environment.socket.deliver({ t: "waiting_for", people: [], until_ms: 0 });
    expect(state()).toMatchObject({ knocks: [], waitingFor: null });
  });
});

import { describe, expect, it } from "vitest";
import { Connection } from "./connection";
import { FakeEnvironment } from "./fakes/FakeEnvironment";
import { FakeRenewal, joinConnection } from "./fakes/FakeRelay";
import type { ServerMessage } from "./protocol";
import type { ConnectionState } from "./roomState";

function connect() {
  const environment = new FakeEnvironment();
  const renewal = new FakeRenewal();
  const statuses: ConnectionState[] = [];
  const received: ServerMessage[] = [];
  let gaps = 0;
  const connection = new Connection({
    environment,
    connection: joinConnection(),
    renew: renewal.renew,
    owner: {
      resumePoint: () => ({ resume: { epoch: 1, seq: 7 } }),
      pingEvery_ms: () => 500,
      onMessage: (message) => received.push(message),
      onStatus: (status) => statuses.push(status),
      onTimerGap: () => {
        gaps += 1;
      },
    },
  });
  const status = () => statuses.at(-1)?.status;
  return { environment, renewal, connection, statuses, received, status, gaps: () => gaps };
}

describe("Connection", () => {
  it("sends the token in the hello message, never in the URL, and does not replace other tabs (R5)", () => {
    const { environment } = connect();
    environment.socket.open();
    expect(environment.socket.sent).toEqual([
      { t: "hello", v: 1, token: "token-1", resume: { epoch: 1, seq: 7 } },
    ]);
    expect(environment.socket.url).toBe("/ws");
  });

  it("sends nothing but hello before the welcome", () => {
    const { environment, connection } = connect();
    environment.socket.open();
    connection.send({ t: "typing", on: true });
    expect(environment.socket.of("typing")).toEqual([]);
    environment.socket.welcome();
    connection.send({ t: "typing", on: true });
    expect(environment.socket.of("typing")).toHaveLength(1);
  });

  it("reconnects after a loss with the same token, resumes, and names the connection it replaces (R8)", async () => {
    const { environment, status } = connect();
    environment.socket.welcome({ conn: "conn-9" });
    environment.socket.drop();
    expect(status()).toBe("reconnecting");
    await environment.advance(300);
    environment.socket.open();
    expect(environment.socket.of("hello")[0]).toMatchObject({
      token: "token-1",
      resume: { epoch: 1, seq: 7 },
      replaces: "conn-9",
    });
    environment.socket.welcome();
    expect(status()).toBe("online");
  });

  it("backs off with full jitter and never gives up (R8)", async () => {
    const { environment, status } = connect();
    environment.socket.welcome();
    environment.chance = 0.999;
    const tried_ms: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const before = environment.sockets.length;
      const from_ms = environment.now();
      environment.socket.drop();
      while (environment.sockets.length === before) await environment.advance(10);
      tried_ms.push(environment.now() - from_ms);
    }
    expect(tried_ms.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(tried_ms.at(-1)).toBeCloseTo(15_000, -2);
    expect(status()).toBe("offline");
    environment.chance = 0;
    environment.socket.drop();
    await environment.advance(1);
    expect(environment.sockets).toHaveLength(11);
  });

  it("retries at once when the page becomes visible or the network returns", async () => {
    const { environment } = connect();
    environment.socket.welcome();
    environment.chance = 0.999;
    environment.socket.drop();
    environment.socket.drop();
    environment.wake();
    expect(environment.sockets).toHaveLength(2);
  });

  it("is reconnecting as soon as the device has lost its network", async () => {
    const { environment, status } = connect();
    environment.socket.welcome();
    environment.chance = 0.999;
    environment.loseNetwork();
    expect(status()).toBe("reconnecting");
    environment.wake();
    environment.socket.welcome();
    expect(status()).toBe("online");
  });

  it("renews between half and three quarters of the token's lifetime, on the same socket", async () => {
    for (const [chance, at_ms] of [
      [0, 299_500],
      [0.999, 449_000],
    ] as const) {
      const { environment, renewal } = connect();
      renewal.answer = {
        status: "admitted",
        connection: joinConnection({ join_token: "token-2", expires_at: "2030-01-01T00:30:00Z" }),
      };
      environment.chance = chance;
      // The first token's timer was set with random() = 0.5, so the measurement starts at its renewal.
      environment.socket.welcome();
      environment.socket.answersPings = { offset_ms: 0 };
      await environment.advance(380_000);
      expect(renewal.calls).toBe(1);
      expect(environment.socket.of("token")).toEqual([{ t: "token", token: "token-2" }]);
      await environment.advance(at_ms - 20_000);
      expect(renewal.calls).toBe(1);
      await environment.advance(25_000);
      expect(renewal.calls).toBe(2);
      expect(environment.sockets).toHaveLength(1);
    }
  });

  it("keeps retrying while the API is unreachable, and stays connected", async () => {
    const { environment, renewal, status } = connect();
    environment.socket.welcome();
    environment.socket.answersPings = { offset_ms: 0 };
    await environment.advance(420_000);
    expect(renewal.calls).toBeGreaterThan(2);
    expect(renewal.calls).toBeLessThan(20);
    expect(status()).toBe("online");
  });

  it("renews first when the relay rejects the token, then sends hello with the new one", async () => {
    const { environment, renewal } = connect();
    renewal.answer = { status: "admitted", connection: joinConnection({ join_token: "token-2" }) };
    environment.socket.drop(4401);
    await environment.advance(300);
    environment.socket.open();
    expect(renewal.calls).toBe(1);
    expect(environment.socket.of("hello")[0]?.token).toBe("token-2");
  });

  it("ends with the reason when the renewal is refused", async () => {
    const { environment, renewal, statuses } = connect();
    renewal.answer = { status: "refused", code: "banned" };
    environment.socket.drop(4401);
    await environment.advance(300);
    expect(statuses.at(-1)).toMatchObject({ status: "ended", reason: "banned" });
  });

  it.each([
    [4400, "version"],
    [4403, "removed"],
    [4404, "closed"],
    [4409, "elsewhere"],
    [4411, "full"],
    [4426, "version"],
  ])("ends permanently on close code %i: %s", async (code, reason) => {
    const { environment, statuses } = connect();
    environment.socket.welcome();
    environment.socket.drop(code);
    await environment.advance(60_000);
    expect(statuses.at(-1)).toMatchObject({ status: "ended", reason });
    expect(environment.sockets).toHaveLength(1);
  });

  it.each([1006, 4408, 4410, 4413, 4429, 4503])("reconnects after close code %i", async (code) => {
    const { environment } = connect();
    environment.socket.welcome();
    environment.socket.drop(code);
    await environment.advance(8_000);
    expect(environment.sockets.length).toBeGreaterThan(1);
  });

  it("moves by opening the new socket before the old one closes", async () => {
    const { environment, status, statuses } = connect();
    const old = environment.socket;
    old.welcome({ conn: "conn-1" });
    old.deliver({ t: "moved", within_ms: 4_000 });
    await environment.advance(2_000);
    expect(environment.sockets).toHaveLength(2);
    expect(old.closed).toBe(false);
    environment.socket.welcome({ conn: "conn-2" });
    expect(environment.socket.of("hello")[0]?.replaces).toBe("conn-1");
    expect(old.closed).toBe(true);
    old.events.onClose(4412);
    expect(status()).toBe("online");
    expect(statuses.map((one) => one.status)).not.toContain("reconnecting");
  });

  it("closes a socket that has fallen silent", async () => {
    const { environment, status } = connect();
    environment.socket.welcome();
    await environment.advance(13_000);
    expect(environment.sockets[0]?.closed).toBe(true);
    expect(status()).toBe("reconnecting");
  });

  it("does not wait forever for a welcome", async () => {
    const { environment } = connect();
    environment.socket.open();
    await environment.advance(10_600);
    expect(environment.sockets.length).toBeGreaterThan(1);
  });

  it("detects that the device slept", async () => {
    const { environment, gaps } = connect();
    environment.socket.welcome();
    environment.socket.answersPings = { offset_ms: 0 };
    await environment.advance(2_000);
    expect(gaps()).toBe(0);
    environment.sleep(60_000);
    await environment.advance(1_000);
    expect(gaps()).toBe(1);
  });

  it("sends bye and leaves nothing running", async () => {
    const { environment, connection, status } = connect();
    environment.socket.welcome();
    connection.end("left");
    expect(environment.socket.sent.at(-1)).toEqual({ t: "bye" });
    await environment.advance(600_000);
    expect(environment.sockets).toHaveLength(1);
    expect(status()).toBe("ended");
  });
});

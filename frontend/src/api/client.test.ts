import { beforeEach, describe, expect, it, vi } from "vitest";
import { call, callForAnswer } from "./client";
import { ApiError, NetworkError } from "./errors";
import { ApiServer, json, problem } from "./fakes/apiServer";
import { BrowserStorage } from "./fakes/browserStorage";
import { accessToken, signedIn, signedOut, useSession } from "./session";

const account = { id: "ann", display_name: "Ann" };
let tokens = 0;
let server: ApiServer;
let storage: BrowserStorage;

function session(expires_in = 900) {
  tokens += 1;
  return { access_token: `token-${tokens}`, expires_in, account } as Parameters<typeof signedIn>[0];
}

beforeEach(() => {
  tokens = 0;
  server = new ApiServer();
  storage = new BrowserStorage();
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("localStorage", storage);
  signedOut();
});

describe("a call", () => {
  it("sends the account's bearer token, the idempotency key and a request id", async () => {
    signedIn(session());
    server.on("POST /api/v1/rooms", () => json({ id: "r" }, 201));
    await call("POST", "/rooms", { body: { name: "Ours" }, idempotencyKey: "once" });
    const [request] = server.calls;
    expect(request?.headers.get("Authorization")).toBe("Bearer token-1");
    expect(request?.headers.get("Idempotency-Key")).toBe("once");
    expect(request?.headers.get("X-Request-Id")).toMatch(/^[0-9a-f]{32}$/);
    expect(await request?.json()).toEqual({ name: "Ours" });
  });

  it("sends a given join token, and none on anonymous calls", async () => {
    signedIn(session());
    server.on("GET /api/v1/rooms/r", () => json({}));
    await call("GET", "/rooms/r", { bearer: "join" });
    await call("GET", "/rooms/r", { anonymous: true });
    expect(server.calls.map((request) => request.headers.get("Authorization"))).toEqual([
      "Bearer join",
      null,
    ]);
  });

  it("omits missing values from the query", async () => {
    server.on("GET /api/v1/videos", () => json({ items: [] }));
    await call("GET", "/videos", {
      anonymous: true,
      query: { limit: 5, cursor: null, q: undefined },
    });
    expect(new URL(server.calls[0]?.url ?? "").search).toBe("?limit=5");
  });

  it("reports the status where it matters", async () => {
    server.on("POST /api/v1/rooms/r/join", () => json({ status: "waiting" }, 202));
    expect(
      await callForAnswer("POST", "/rooms/r/join", { anonymous: true, body: {} }),
    ).toMatchObject({ status: 202, requestId: "req-1" });
  });
});

describe("a refusal", () => {
  it("becomes an error with its code, fields and request id", async () => {
    const errors = [{ pointer: "/email", detail: "is no address" }];
    server.on("POST /api/v1/auth/register", () => problem(422, "invalid", { errors }));
    const refused = call("POST", "/auth/register", { anonymous: true, body: {} });
    const error = (await refused.catch((failure: unknown) => failure)) as ApiError;
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 422,
      code: "invalid",
      detail: "It is invalid.",
      requestId: "req-1",
    });
    expect(error.field("email")).toBe("is no address");
  });

  it("becomes an error even if a proxy answers with a page of its own", async () => {
    server.on("GET /api/v1/config", () => new Response("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(call("GET", "/config", { anonymous: true })).rejects.toMatchObject({
      status: 502,
      code: "unexpected_answer",
    });
  });

  it("differs from no answer at all", async () => {
    await expect(call("GET", "/nobody", { anonymous: true })).rejects.toBeInstanceOf(NetworkError);
  });
});

describe("the session", () => {
  it("keeps tokens out of storage", () => {
    signedIn(session());
    expect(storage.everything).not.toContain("token-1");
  });

  it("renews once for all concurrent calls", async () => {
    signedIn(session(1));
    server.on("POST /api/v1/auth/refresh", () => json(session()));
    server.on("GET /api/v1/videos", () => json({ items: [] }));
    await Promise.all([1, 2, 3].map(() => call("GET", "/videos")));
    expect(server.count("/api/v1/auth/refresh")).toBe(1);
    expect(server.calls.at(-1)?.headers.get("Authorization")).toBe("Bearer token-2");
  });

  it("renews and repeats the call when a token is rejected early", async () => {
    signedIn(session());
    server.on("POST /api/v1/auth/refresh", () => json(session()));
    server.on("GET /api/v1/videos", (request) =>
      request.headers.get("Authorization") === "Bearer token-2"
        ? json({ items: [] })
        : problem(401, "expired"),
    );
    expect(await call("GET", "/videos")).toEqual({ items: [] });
  });

  it("ends when the refresh is refused", async () => {
    signedIn(session(1));
    server.on("POST /api/v1/auth/refresh", () => problem(401, "no_session"));
    expect(await accessToken()).toBeNull();
    expect(useSession.getState()).toMatchObject({ status: "anonymous", account: null });
  });

  it("survives an unavailable server", async () => {
    signedIn(session(1));
    server.on("POST /api/v1/auth/refresh", () => problem(503, "starting"));
    await expect(accessToken()).rejects.toMatchObject({ status: 503 });
    expect(useSession.getState().status).toBe("signed_in");
  });

  it("does not refresh where no one has ever signed in", async () => {
    expect(await accessToken()).toBeNull();
    expect(server.calls).toEqual([]);
  });
});

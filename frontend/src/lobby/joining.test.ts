import { describe, expect, test } from "vitest";
import { ApiError, NetworkError } from "@/api/errors";
import type { RoomSession } from "@/sync/session";
import { isPassing, refusedStay, waitingStay } from "./joining";

const session = {} as RoomSession;
const refusal = (status: number, code: string) => new ApiError(status, code, "");

describe("refusedStay", () => {
  test("a wrong password leads back to the gate, which asks for it", () => {
    expect(refusedStay(refusal(403, "wrong_password"))).toEqual({
      step: "gate",
      wrongPassword: true,
    });
  });

  test("other refusals and no answer at all have their page", () => {
    expect(refusedStay(refusal(403, "banned"))).toEqual({ step: "refused", code: "banned" });
    expect(refusedStay(new NetworkError())).toEqual({ step: "refused", code: "offline" });
  });

  test("a fault of this page is not hidden as a refusal", () => {
    expect(() => refusedStay(new TypeError("x is undefined"))).toThrow(TypeError);
  });
});

test.each([
  [new NetworkError(), true],
  [refusal(429, "too_many"), true],
  [refusal(503, "unavailable"), true],
  [refusal(403, "denied"), false],
  [refusal(410, "room_closed"), false],
])("%s passes: %s", (error, passes) => {
  expect(isPassing(error)).toBe(passes);
});

test("who waits already keeps the time of their first knock", () => {
  const before = { step: "waiting", session, since_ms: 100 } as const;
  expect(waitingStay(before, session, 900)).toMatchObject({ since_ms: 100 });
  expect(waitingStay({ step: "asking" }, session, 900)).toMatchObject({ since_ms: 900 });
});

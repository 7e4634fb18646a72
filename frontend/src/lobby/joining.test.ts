import { describe, expect, test } from "vitest";
import { ApiError, isTemporary, NetworkError } from "@/api/errors";
import type { RoomSession } from "@/sync/session";
import { explained, refusedState, waitingState } from "./joining";

const session = {} as RoomSession;
const refusal = (status: number, code: string) => new ApiError(status, code, "");

describe("refusedState", () => {
  test("a wrong password leads back to the form, which asks for it", () => {
    expect(refusedState(refusal(403, "wrong_password"))).toEqual({
      step: "form",
      wrongPassword: true,
    });
  });

  test("other refusals, and a missing answer, have their own page", () => {
    expect(refusedState(refusal(403, "banned"))).toEqual({ step: "refused", code: "banned" });
    expect(refusedState(new NetworkError())).toEqual({ step: "refused", code: "offline" });
  });

  test("a bug in this page is not shown as a refusal", () => {
    expect(() => refusedState(new TypeError("x is undefined"))).toThrow(TypeError);
  });
});

test.each([
  [new NetworkError(), true],
  [refusal(429, "too_many"), true],
  [refusal(503, "unavailable"), true],
  [refusal(403, "denied"), false],
  [refusal(410, "room_closed"), false],
])("%s is temporary: %s", (error, temporary) => {
  expect(isTemporary(error)).toBe(temporary);
});

test("a visitor who is already waiting keeps the time of the first knock", () => {
  const before = { step: "waiting", session, since_ms: 100 } as const;
  expect(waitingState(before, session, 900)).toMatchObject({ since_ms: 100 });
  expect(waitingState({ step: "joining" }, session, 900)).toMatchObject({ since_ms: 900 });
});

test("a sign-out explains an end that the room does not explain, and no other", () => {
  const unexpected = { step: "refused", code: "unexpected" } as const;
  const banned = { step: "refused", code: "banned" } as const;
  expect(explained(unexpected, true)).toEqual({ step: "refused", code: "signed_out" });
  expect(explained(unexpected, false)).toEqual(unexpected);
  expect(explained(banned, true)).toEqual(banned);
});

import { expect, test } from "vitest";
import { refusal, refusalCode } from "./refusals";

test.each([
  [403, "banned", "banned"],
  [403, "not_invited", "not_invited"],
  [403, "room_shut", "room_shut"],
  [409, "room_full", "room_full"],
  [403, "removed", "removed"],
  [403, "denied", "denied"],
  [410, "gone", "closed"],
  [404, "not_found", "not_found"],
  [429, undefined, "rate_limited"],
  [503, "unavailable", "offline"],
  [0, undefined, "offline"],
  [500, "internal", "unexpected"],
] as const)("%d %s is shown as %s", (status, code, shown) => {
  expect(refusalCode(status, code)).toBe(shown);
});

test("banned visitors are not offered another attempt, denied ones are", () => {
  expect(refusal("banned").action).toBe("home");
  expect(refusal("denied").action).toBe("join_again");
});

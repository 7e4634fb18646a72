import { expect, test } from "vitest";
import { mayRecover } from "./videos";

test.each([
  ["internal", true],
  ["timeout", true],
  ["corrupt", false],
  ["unsupported", false],
] as const)("a film that failed as %s may recover: %s", (code, expected) => {
  expect(mayRecover({ failure: { code, message: "" } })).toBe(expected);
});

test("a film that has not failed cannot recover", () => {
  expect(mayRecover({ failure: null })).toBe(false);
});

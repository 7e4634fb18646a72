import { expect, test } from "vitest";
import { nextIndex } from "./useMessageFocus";

test.each([
  ["ArrowUp", null, 4],
  ["ArrowDown", null, 4],
  ["ArrowUp", 4, 3],
  ["ArrowUp", 0, 0],
  ["ArrowDown", 3, 4],
  ["ArrowDown", 4, 4],
  ["Home", 3, 0],
  ["End", 0, 4],
  ["Enter", 2, null],
  ["a", null, null],
])("%s from message %s leads to %s", (key, current, next) => {
  expect(nextIndex(key, current, 5)).toBe(next);
  expect(nextIndex(key, null, 0)).toBeNull();
});

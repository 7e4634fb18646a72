import { expect, test } from "vitest";
import { undoPosition_s } from "./undoSeek";

test("a long jump, forward or back, can be undone", () => {
  expect(undoPosition_s({ from_s: 724, to_s: 2460, offered_s: null })).toBe(724);
  expect(undoPosition_s({ from_s: 2460, to_s: 0, offered_s: null })).toBe(2460);
});

test("a short jump needs no offer", () => {
  expect(undoPosition_s({ from_s: 724, to_s: 754, offered_s: null })).toBeNull();
});

test("after several jumps it leads to where the first began, until that position is reached", () => {
  expect(undoPosition_s({ from_s: 2460, to_s: 2470, offered_s: 724 })).toBe(724);
  expect(undoPosition_s({ from_s: 2470, to_s: 730, offered_s: 724 })).toBeNull();
});

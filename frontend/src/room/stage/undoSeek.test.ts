import { expect, test } from "vitest";
import { wayBack } from "./undoSeek";

test("a long jump, forth or back, can be taken back", () => {
  expect(wayBack({ from_s: 724, to_s: 2460, offered_s: null })).toBe(724);
  expect(wayBack({ from_s: 2460, to_s: 0, offered_s: null })).toBe(2460);
});

test("a short one needs no way back", () => {
  expect(wayBack({ from_s: 724, to_s: 754, offered_s: null })).toBeNull();
});

test("after several jumps it leads to where the first began, until that place is reached", () => {
  expect(wayBack({ from_s: 2460, to_s: 2470, offered_s: 724 })).toBe(724);
  expect(wayBack({ from_s: 2470, to_s: 730, offered_s: 724 })).toBeNull();
});

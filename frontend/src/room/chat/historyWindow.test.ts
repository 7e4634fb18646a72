import { expect, test } from "vitest";
import { hiddenAfterStep, hiddenNow } from "./historyWindow";

test("a long history begins with its newest part, a short one is drawn whole", () => {
  expect(hiddenNow({ total: 256, hidden: 0, atBottom: true })).toBe(216);
  expect(hiddenNow({ total: 120, hidden: 0, atBottom: true })).toBe(0);
});

test("nothing is taken from under the eyes of somebody who scrolled back", () => {
  expect(hiddenNow({ total: 300, hidden: 100, atBottom: false })).toBe(100);
  expect(hiddenNow({ total: 300, hidden: 100, atBottom: true })).toBe(260);
});

test("a step back shows more until the beginning", () => {
  expect(hiddenAfterStep(216)).toBe(136);
  expect(hiddenAfterStep(50)).toBe(0);
});

test("what is said after the chat was cleared is seen", () => {
  expect(hiddenNow({ total: 3, hidden: 216, atBottom: true })).toBe(0);
});

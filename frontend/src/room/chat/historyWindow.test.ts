import { expect, test } from "vitest";
import { hiddenAfterStep, hiddenNow } from "./historyWindow";

test("a long history starts with its newest part, a short one is shown completely", () => {
  expect(hiddenNow({ total: 256, hidden: 0, atBottom: true })).toBe(216);
  expect(hiddenNow({ total: 120, hidden: 0, atBottom: true })).toBe(0);
});

test("nothing disappears while the reader has scrolled back", () => {
  expect(hiddenNow({ total: 300, hidden: 100, atBottom: false })).toBe(100);
  expect(hiddenNow({ total: 300, hidden: 100, atBottom: true })).toBe(260);
});

test("each step back shows more, up to the beginning", () => {
  expect(hiddenAfterStep(216)).toBe(136);
  expect(hiddenAfterStep(50)).toBe(0);
});

test("new messages are shown after the chat was cleared", () => {
  expect(hiddenNow({ total: 3, hidden: 216, atBottom: true })).toBe(0);
});

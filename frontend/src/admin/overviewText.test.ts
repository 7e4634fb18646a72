import { expect, test } from "vitest";
import { actionText, atLeast, queueText, spaceIsShort } from "./overviewText";

test("counts stop where the server stops counting", () => {
  expect([0, 99, 100].map(atLeast)).toEqual(["0", "99", "100+"]);
});

test("the queue lists only what is in it", () => {
  const empty = { uploading: 0, waiting: 0, preparing: 0, failed: 0 };
  expect(queueText(empty)).toBe("Nothing in the queue.");
  expect(queueText({ ...empty, preparing: 1, failed: 100 })).toBe("1 preparing · 100+ failed");
});

test("a bucket is never short of space, a disk is below a large film", () => {
  expect([null, 5e9, 500e9].map(spaceIsShort)).toEqual([false, true, false]);
});

test("actions read as sentences, unknown ones as they are", () => {
  expect(actionText("room.closed")).toBe("Closed a room");
  expect(actionText("authenticator.added")).toBe("Added an authenticator app");
  expect(actionText("moon.landed")).toBe("moon.landed");
});

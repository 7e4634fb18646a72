import { expect, test } from "vitest";
import { chatGate } from "./chatPermission";

const viewer = { can_chat: true, can_moderate: false, muted: false };
const on = { chat: true, slow_s: 0 };
const idle = { sentAt_ms: null, now_ms: 0 };

test("a viewer in an ordinary room may write", () => {
  expect(chatGate({ you: viewer, set: on, ...idle })).toMatchObject({ open: true, notice: null });
});

test("before the room has answered nothing can be sent, but a draft can be begun", () => {
  expect(chatGate({ you: null, set: null, ...idle })).toMatchObject({ open: false, closed: false });
});

test("the muted and everybody in a room without chat are told why", () => {
  const muted = chatGate({ you: { ...viewer, muted: true }, set: on, ...idle });
  expect(muted).toMatchObject({ closed: true, notice: expect.stringContaining("muted") });
  const off = chatGate({ you: viewer, set: { ...on, chat: false }, ...idle });
  expect(off).toMatchObject({ closed: true, notice: expect.stringContaining("off") });
});

test("slow mode counts down, and never holds a moderator", () => {
  const slow = { chat: true, slow_s: 10 };
  const moment = { sentAt_ms: 1000, now_ms: 4200 };
  expect(chatGate({ you: viewer, set: slow, ...moment })).toMatchObject({ open: false, wait_s: 7 });
  expect(chatGate({ you: viewer, set: slow, sentAt_ms: 1000, now_ms: 11_000 }).open).toBe(true);
  const moderator = { ...viewer, can_moderate: true };
  expect(chatGate({ you: moderator, set: slow, ...moment }).open).toBe(true);
});

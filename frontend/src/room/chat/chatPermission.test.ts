import { expect, test } from "vitest";
import { chatPermission } from "./chatPermission";

const viewer = { can_chat: true, can_moderate: false, muted: false };
const on = { chat: true, slow_s: 0 };
const idle = { sentAt_ms: null, now_ms: 0 };

test("a viewer in an ordinary room can write", () => {
  expect(chatPermission({ you: viewer, set: on, ...idle })).toMatchObject({
    canSend: true,
    notice: null,
  });
});

test("before the welcome nothing can be sent, but a draft can be started", () => {
  expect(chatPermission({ you: null, set: null, ...idle })).toMatchObject({
    canSend: false,
    inputDisabled: false,
  });
});

test("muted viewers, and viewers in a room without chat, see the reason", () => {
  const muted = chatPermission({ you: { ...viewer, muted: true }, set: on, ...idle });
  expect(muted).toMatchObject({ inputDisabled: true, notice: expect.stringContaining("muted") });
  const off = chatPermission({ you: viewer, set: { ...on, chat: false }, ...idle });
  expect(off).toMatchObject({ inputDisabled: true, notice: expect.stringContaining("off") });
});

test("slow mode counts down, and does not apply to moderators", () => {
  const slow = { chat: true, slow_s: 10 };
  const moment = { sentAt_ms: 1000, now_ms: 4200 };
  expect(chatPermission({ you: viewer, set: slow, ...moment })).toMatchObject({
    canSend: false,
    wait_s: 7,
  });
  expect(chatPermission({ you: viewer, set: slow, sentAt_ms: 1000, now_ms: 11_000 }).canSend).toBe(
    true,
  );
  const moderator = { ...viewer, can_moderate: true };
  expect(chatPermission({ you: moderator, set: slow, ...moment }).canSend).toBe(true);
});

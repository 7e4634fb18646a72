import { expect, test } from "vitest";
import type { You } from "@/sync/protocol";
import { changeSentence } from "./roomNotices";

const you: You = {
  participant_id: "me",
  role: "viewer",
  name: "Me",
  ctl: null,
  muted: false,
  can_control: false,
  can_chat: true,
  can_moderate: false,
};

test("a new role has a sentence, its consequences have none", () => {
  const promoted = { ...you, role: "moderator", can_control: true } as const;
  expect(changeSentence(you, promoted)).toBe("You’re a co-host now.");
  expect(changeSentence(promoted, you)).toBe("You’re no longer a co-host.");
});

test("receiving and losing the remote control have a sentence", () => {
  const delegated = { ...you, ctl: 1.7e12, can_control: true };
  expect(changeSentence(you, delegated)).toBe("You have the remote now.");
  expect(changeSentence(delegated, you)).toBe("You no longer have the remote.");
});

test("muting and unmuting have a sentence", () => {
  const muted = { ...you, muted: true, can_chat: false };
  expect(changeSentence(you, muted)).toContain("muted");
  expect(changeSentence(muted, you)).toContain("again");
});

test("joining, being admitted and a new name have none", () => {
  expect(changeSentence(null, you)).toBeNull();
  expect(changeSentence({ ...you, role: "waiting" }, you)).toBeNull();
  expect(changeSentence(you, { ...you, name: "Max" })).toBeNull();
});

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

test("a new role is told, without what comes with it", () => {
  const promoted = { ...you, role: "moderator", can_control: true } as const;
  expect(changeSentence(you, promoted)).toBe("You’re a co-host now.");
  expect(changeSentence(promoted, you)).toBe("You’re no longer a co-host.");
});

test("the remote control is told when it comes and when it goes", () => {
  const lent = { ...you, ctl: 1.7e12, can_control: true };
  expect(changeSentence(you, lent)).toBe("You have the remote now.");
  expect(changeSentence(lent, you)).toBe("You no longer have the remote.");
});

test("muting is told both ways", () => {
  const muted = { ...you, muted: true, can_chat: false };
  expect(changeSentence(you, muted)).toContain("muted");
  expect(changeSentence(muted, you)).toContain("again");
});

test("coming in, being let in and a new name are not told", () => {
  expect(changeSentence(null, you)).toBeNull();
  expect(changeSentence({ ...you, role: "waiting" }, you)).toBeNull();
  expect(changeSentence(you, { ...you, name: "Max" })).toBeNull();
});

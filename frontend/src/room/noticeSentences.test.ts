import { expect, test } from "vitest";
import type { RoomNotice, You } from "@/sync/protocol";
import { noticeSentence } from "./noticeSentences";

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
const notice = (kind: RoomNotice["kind"], now: Partial<You>): RoomNotice => ({
  t: "notice",
  kind,
  you: { ...you, ...now },
});

test("a new role is told", () => {
  const sentence = noticeSentence(notice("role", { role: "moderator", can_control: true }), you);
  expect(sentence).toBe("You are co-host now.");
});

test("lent control is told when it comes and when it goes, not when nothing changed", () => {
  const lent = { ...you, ctl: 1.7e12, can_control: true };
  expect(noticeSentence(notice("role", lent), you)).toContain("have the remote control now");
  expect(noticeSentence(notice("control", {}), lent)).toContain("no longer");
  expect(noticeSentence(notice("control", lent), lent)).toBeNull();
});

test("muting is told both ways, settings speak for themselves", () => {
  expect(noticeSentence(notice("mute", { muted: true }), you)).toContain("muted");
  expect(noticeSentence(notice("mute", {}), you)).toContain("again");
  expect(noticeSentence(notice("settings", {}), you)).toBeNull();
});

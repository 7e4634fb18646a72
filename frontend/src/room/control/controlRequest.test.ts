import { expect, test } from "vitest";
import type { Person } from "@/sync/protocol";
import type { ChatLine } from "@/sync/roomState";
import { ASK_FOR_CONTROL, grantable } from "./controlRequest";

const line: ChatLine = {
  kind: "chat",
  id: "1",
  seq: 1,
  by: "max",
  name: "Max",
  at_ms: 1000,
  text: ASK_FOR_CONTROL,
  reply_to: null,
  pos_s: 5,
  deleted: false,
};
const max: Person = { id: "max", name: "Max", role: "viewer", state: "ok" };
const asked = { line, asker: max, canModerate: true, now_ms: 2000 };

test("a fresh question of a viewer can be granted by whoever moderates", () => {
  expect(grantable(asked)).toBe(true);
  expect(grantable({ ...asked, canModerate: false })).toBe(false);
});

test("other words, deleted, settled and old questions cannot", () => {
  expect(grantable({ ...asked, line: { ...line, text: "May I?" } })).toBe(false);
  expect(grantable({ ...asked, line: { ...line, deleted: true } })).toBe(false);
  expect(grantable({ ...asked, asker: { ...max, ctl: 9e12 } })).toBe(false);
  expect(grantable({ ...asked, asker: undefined })).toBe(false);
  expect(grantable({ ...asked, now_ms: 1000 + 10 * 60_000 })).toBe(false);
});

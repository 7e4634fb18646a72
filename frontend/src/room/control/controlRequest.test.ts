import { i18n, type Messages } from "@lingui/core";
import { expect, test } from "vitest";
import type { Person } from "@/sync/protocol";
import type { ChatLine, SystemLine } from "@/sync/roomState";
import { isOpenRequest, newRequest, REQUEST_TEXT, shownText } from "./controlRequest";

const line: ChatLine = {
  kind: "chat",
  id: "1",
  seq: 1,
  by: "max",
  name: "Max",
  at_ms: 1000,
  text: REQUEST_TEXT,
  reply_to: null,
  pos_s: 5,
  deleted: false,
};
const max: Person = { id: "max", name: "Max", role: "viewer", state: "ok" };
const asked = { line, asker: max, canModerate: true, now_ms: 2000 };

test("a moderator can grant a viewer's recent request", () => {
  expect(isOpenRequest(asked)).toBe(true);
  expect(isOpenRequest({ ...asked, canModerate: false })).toBe(false);
});

test("other texts, and deleted, settled and old requests cannot be granted", () => {
  expect(isOpenRequest({ ...asked, line: { ...line, text: "May I?" } })).toBe(false);
  expect(isOpenRequest({ ...asked, line: { ...line, deleted: true } })).toBe(false);
  expect(isOpenRequest({ ...asked, asker: { ...max, ctl: 9e12 } })).toBe(false);
  expect(isOpenRequest({ ...asked, asker: undefined })).toBe(false);
  expect(isOpenRequest({ ...asked, now_ms: 1000 + 10 * 60_000 })).toBe(false);
});

const joined: SystemLine = {
  kind: "system",
  id: "2",
  at_ms: 1500,
  event: "joined",
  by: null,
  name: null,
  names: ["Max"],
  pos_s: null,
};
const arrived = {
  log: [line, joined],
  people: [max],
  canModerate: true,
  now_ms: 2000,
  handled: new Set<string>(),
};

test("a request is shown once its author is known, whatever line follows it", () => {
  expect(newRequest({ ...arrived, people: [] })).toBeNull();
  expect(newRequest(arrived)).toEqual({ line, asker: max });
});

test("a request is shown once, and not if it was made long before", () => {
  expect(newRequest({ ...arrived, handled: new Set(["1"]) })).toBeNull();
  expect(newRequest({ ...arrived, now_ms: 60_000 })).toBeNull();
});

test("a request is shown in the reader's language, and other messages as they are", async () => {
  const [load] = Object.values(
    import.meta.glob<{ messages: Messages }>("../../language/catalogs/de.po"),
  );
  expect(shownText(REQUEST_TEXT)).toBe(REQUEST_TEXT);
  i18n.loadAndActivate({ locale: "de", messages: (await load?.())?.messages ?? {} });
  expect(shownText(REQUEST_TEXT)).toBe("✋ Kann ich die Fernbedienung haben?");
  expect(shownText("Can I have the remote?")).toBe("Can I have the remote?");
  i18n.loadAndActivate({ locale: "en", messages: {} });
});

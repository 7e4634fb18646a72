import { expect, it } from "vitest";
import type { RoomEvent, SyncReport } from "@/api/roomLogs";
import { historyCsv, isIn, reportCsv, roomSpread, sentence } from "./sentences";

const names = (id: string) => ({ a: "Ada", m: "Max" })[id];
const event = (kind: string, data: RoomEvent["data"] = {}, by = "a"): RoomEvent => ({
  id: kind,
  at: "2026-11-30T20:15:00Z",
  by,
  kind,
  data,
});

it("says who did what, and where in the film", () => {
  expect(sentence(event("seek", { pos_s: 724 }), names)).toBe("Ada jumped to 12:04");
  expect(sentence(event("pause", { pos_s: 5 }, ""), names)).toBe("The room paused at 0:05");
  expect(sentence(event("media", {}, ""), names)).toBe("The film changed");
  expect(sentence(event("banned", { name: "Eve" }), names)).toBe("Ada banned Eve");
  expect(sentence(event("joined", { name: "Max" }, "x"), names)).toBe("Max joined");
  expect(sentence(event("settings_changed", { fields: ["access", "new"] }), names)).toBe(
    "Ada changed who can join and new",
  );
});

it("says what a member's change was", () => {
  const change = (data: RoomEvent["data"]) =>
    sentence(event("member_changed", { name: "Max", ...data }), names);
  expect(change({ role: "moderator" })).toBe("Ada made Max co-host");
  expect(change({ role: "viewer" })).toBe("Ada removed Max as co-host");
  expect(change({ controls: true })).toBe("Ada gave Max the remote");
  expect(change({ control_until: "2026-11-30T20:25:00Z" })).toBe("Ada gave Max the remote");
  expect(change({ controls: false })).toBe("Ada took back the remote from Max");
  expect(change({ muted: true })).toBe("Ada muted Max");
  expect(change({ later: 1 })).toBe("Ada changed what Max can do");
});

it("says that the film ended, not the room", () => {
  expect(sentence(event("ended", {}, ""), names)).toBe("The film ended");
});

it("says what it does not know as plainly as it can", () => {
  expect(sentence(event("play", { pos_s: 0 }, "gone"), names)).toBe("Someone pressed play at 0:00");
  expect(sentence(event("later_kind"), names)).toBe("Ada: later kind");
});

it("filters by what an event is about", () => {
  const all = [event("play"), event("joined"), event("settings_changed")];
  expect(all.filter(isIn("all"))).toHaveLength(3);
  expect(all.filter(isIn("people")).map(({ kind }) => kind)).toEqual(["joined"]);
  expect(all.filter(isIn("changes")).map(({ kind }) => kind)).toEqual(["settings_changed"]);
});

it("exports names that a spreadsheet cannot mistake for formulas", () => {
  const lines = historyCsv([event("joined", { name: '=1+"1"' })], names).split("\r\n");
  expect(lines[1]).toBe(`2026-11-30T20:15:00Z,"'=1+""1"" joined",joined,a`);
});

const person = (name: string, p50: number | null, p95: number | null) => ({
  participant_id: name,
  name,
  samples: 10,
  err_p50_ms: p50,
  err_p95_ms: p95,
  stalls: 0,
});
const report = (...people: SyncReport["people"]): SyncReport => ({
  since: null,
  until: null,
  people,
});

it("sums up the room from those who reported", () => {
  const room = report(person("Ada", 10, 40), person("Max", 30, 90), person("Eve", null, null));
  expect(roomSpread(room)).toEqual({ p50_ms: 30, p95_ms: 90 });
  expect(roomSpread(report(person("Eve", null, null)))).toBeNull();
  expect(reportCsv(room)).toContain("Max,10,30,90,0\r\nEve,10,,,0");
});

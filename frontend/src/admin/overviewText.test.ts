import { expect, test } from "vitest";
import {
  actionText,
  atLeast,
  backupIsMissing,
  backupRemark,
  queueText,
  spaceIsShort,
} from "./overviewText";

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

test("a backup is missing if there is none, it failed, or is older than a week", () => {
  const now_ms = Date.parse("2026-11-30T12:00:00Z");
  const made = {
    scheduled: true,
    attempted_at: "2026-11-30T02:00:00Z",
    succeeded_at: "2026-11-30T02:00:00Z",
    drilled_at: null,
    failure: null,
  };
  expect(backupIsMissing(made, now_ms)).toBe(false);
  expect(backupIsMissing({ ...made, succeeded_at: "2026-11-20T02:00:00Z" }, now_ms)).toBe(true);
  expect(backupIsMissing({ ...made, succeeded_at: null }, now_ms)).toBe(true);
  expect(backupIsMissing({ ...made, failure: "/mnt/usb can’t be used." }, now_ms)).toBe(true);
});

test("the remark on backups is what an admin has to do next", () => {
  const none = {
    scheduled: false,
    attempted_at: null,
    succeeded_at: null,
    drilled_at: null,
    failure: null,
  };
  const made = { ...none, succeeded_at: "2026-11-30T02:00:00Z" };
  expect(backupRemark(none)).toContain("WATCHPARTY_BACKUP_FOLDER");
  expect(backupRemark({ ...none, scheduled: true })).toBe("The first one is being made.");
  expect(backupRemark(made)).toContain("Never tried out: run “watchparty backup --drill”");
  expect(backupRemark({ ...made, drilled_at: "2026-11-29T12:00:00Z" })).toBe(
    "Last tried out on 29 Nov 2026.",
  );
  const failed = { ...made, attempted_at: "2026-11-30T12:00:00Z", failure: "Disk full." };
  expect(backupRemark(failed)).toMatch(/^The attempt of 30 Nov 2026, .* failed: Disk full\.$/);
});

test("actions read as sentences, unknown ones as they are", () => {
  expect(actionText("room.closed")).toBe("Closed a room");
  expect(actionText("authenticator.added")).toBe("Added an authenticator app");
  expect(actionText("moon.landed")).toBe("moon.landed");
});

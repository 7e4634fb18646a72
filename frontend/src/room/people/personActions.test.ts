import { describe, expect, test } from "vitest";
import { personActions } from "./personActions";

const host = { participant_id: "h", role: "host" } as const;
const moderator = { participant_id: "m", role: "moderator" } as const;
const viewer = { participant_id: "v", role: "viewer" } as const;
const guest = { id: "g", role: "viewer" } as const;

describe("who is offered actions", () => {
  test("no one acts on themselves", () => {
    expect(personActions(host, { id: "h", role: "host" }, "moderators")).toEqual([]);
  });

  test("a viewer is offered nothing", () => {
    expect(personActions(viewer, guest, "moderators")).toEqual([]);
  });

  test("a moderator acts on viewers, not on the host or other moderators", () => {
    expect(personActions(moderator, guest, "moderators")).toContain("remove");
    expect(personActions(moderator, { id: "h", role: "host" }, "moderators")).toEqual([]);
    expect(personActions(moderator, { id: "x", role: "moderator" }, "moderators")).toEqual([]);
  });
});

describe("control", () => {
  test("is delegated to members without it, also for a limited time", () => {
    expect(personActions(host, guest, "moderators").slice(0, 2)).toEqual([
      "delegate_control",
      "delegate_control_for_10_min",
    ]);
  });

  test("is taken back from members to whom it was delegated", () => {
    const actions = personActions(host, { ...guest, ctl: 1.7e12 }, "moderators");
    expect(actions).toContain("end_control");
    expect(actions).not.toContain("delegate_control");
  });

  test("is not delegated to members whose role includes it", () => {
    expect(personActions(host, guest, "everyone")).not.toContain("delegate_control");
    const coHost = { id: "m", role: "moderator" } as const;
    expect(personActions(host, coHost, "moderators")).not.toContain("delegate_control");
    expect(personActions(host, coHost, "host")).toContain("delegate_control");
  });
});

test("a moderator cannot delegate control in a room where only the host has it", () => {
  expect(personActions(moderator, guest, "host")).not.toContain("delegate_control");
  expect(personActions(moderator, guest, "moderators")).toContain("delegate_control");
});

describe("roles", () => {
  test("only the host changes roles", () => {
    expect(personActions(moderator, guest, "host")).not.toContain("make_moderator");
    expect(personActions(host, guest, "host")).toContain("make_moderator");
  });

  test("a moderator can be made a viewer again", () => {
    expect(personActions(host, { id: "m", role: "moderator" }, "host")).toContain("make_viewer");
  });

  test("the room is handed over only to members with an account", () => {
    expect(personActions(host, { ...guest, acct: true }, "host")).toContain("make_host");
    expect(personActions(host, guest, "host")).not.toContain("make_host");
  });
});

test("a muted member can be unmuted", () => {
  expect(personActions(host, guest, "host")).toContain("mute");
  expect(personActions(host, { ...guest, muted: true }, "host")).toContain("unmute");
});

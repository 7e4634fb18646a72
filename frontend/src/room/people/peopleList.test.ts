import { expect, test } from "vitest";
import type { Person } from "@/sync/protocol";
import { inOrder, presence } from "./peopleList";

const person = (id: string, name: string, role: Person["role"] = "viewer"): Person => ({
  id,
  name,
  role,
  state: "ok",
});

test("the visitor comes first, then host, co-hosts and viewers by name", () => {
  const people = [
    person("1", "Zoe"),
    person("2", "Ana"),
    person("3", "Mod", "moderator"),
    person("4", "Host", "host"),
    person("5", "Me"),
  ];
  expect(inOrder(people, "5").map(({ name }) => name)).toEqual(["Me", "Host", "Mod", "Ana", "Zoe"]);
});

test("two of the same name keep their order", () => {
  const people = [person("b", "Ana"), person("a", "Ana")];
  expect(inOrder(people, undefined).map(({ id }) => id)).toEqual(["a", "b"]);
});

const max: Person = { id: "m", name: "Max", role: "viewer", state: "ok" };

test("a small error is in sync, a larger one is catching up", () => {
  expect(presence({ ...max, err_ms: -249 }, true)).toEqual({ tone: "good", text: "in sync" });
  expect(presence({ ...max, err_ms: -250 }, true)).toEqual({ tone: "warn", text: "catching up" });
});

test("without a report a person counts as in sync", () => {
  expect(presence(max, true).tone).toBe("good");
});

test("at their own pace, people are shown with their position", () => {
  expect(presence({ ...max, state: "detached", pos_s: 65 }, true).text).toBe(
    "watching on their own (1:05)",
  );
  expect(presence({ ...max, state: "detached" }, true).text).toBe("watching on their own");
});

test.each(["buffering", "blocked", "hidden", "reconnecting"] as const)(
  "%s is not good",
  (state) => {
    expect(presence({ ...max, state }, true).tone).not.toBe("good");
  },
);

test("without a film people are simply here", () => {
  expect(presence({ ...max, err_ms: -250 }, false)).toEqual({ tone: "good", text: "here" });
});

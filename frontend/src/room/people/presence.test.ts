import { expect, test } from "vitest";
import type { Person } from "@/sync/protocol";
import { presence } from "./presence";

const max: Person = { id: "m", name: "Max", role: "viewer", state: "ok" };

test("a person who is close enough is in sync, one far off is catching up", () => {
  expect(presence({ ...max, err_ms: -249 }, true)).toEqual({ tone: "good", words: "in sync" });
  expect(presence({ ...max, err_ms: -250 }, true)).toEqual({ tone: "warn", words: "catching up" });
});

test("before the first report a person is taken to be in sync", () => {
  expect(presence(max, true).tone).toBe("good");
});

test("whoever watches at their own pace is shown with their place", () => {
  expect(presence({ ...max, state: "detached", pos_s: 65 }, true).words).toBe(
    "at their own pace, at 1:05",
  );
  expect(presence({ ...max, state: "detached" }, true).words).toBe("at their own pace");
});

test.each(["buffering", "blocked", "hidden", "reconnecting"] as const)(
  "%s is not good",
  (state) => {
    expect(presence({ ...max, state }, true).tone).not.toBe("good");
  },
);

test("without a film nobody is in or out of sync, they are here", () => {
  expect(presence({ ...max, err_ms: -250 }, false)).toEqual({ tone: "good", words: "here" });
});

import { expect, test } from "vitest";
import type { Person } from "@/sync/protocol";
import { presence } from "./presence";

const max: Person = { id: "m", name: "Max", role: "viewer", state: "ok" };

test("a person who is close enough is in sync, one far off is catching up", () => {
  expect(presence({ ...max, err_ms: -249 })).toEqual({ tone: "good", words: "in sync" });
  expect(presence({ ...max, err_ms: -250 })).toEqual({ tone: "warn", words: "catching up" });
});

test("before the first report a person is taken to be in sync", () => {
  expect(presence(max).tone).toBe("good");
});

test("whoever watches at their own pace is shown with their place", () => {
  expect(presence({ ...max, state: "detached", pos_s: 65 }).words).toBe(
    "at their own pace, at 1:05",
  );
  expect(presence({ ...max, state: "detached" }).words).toBe("at their own pace");
});

test.each(["buffering", "blocked", "hidden", "reconnecting"] as const)(
  "%s is not good",
  (state) => {
    expect(presence({ ...max, state }).tone).not.toBe("good");
  },
);

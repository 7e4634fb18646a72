import { expect, it } from "vitest";
import { isHeldByOther } from "./lease";

const entry = JSON.stringify({ tab: "a", until: 10_000 });

it("excludes other tabs until it expires", () => {
  expect(isHeldByOther(null, "b", 0)).toBe(false);
  expect(isHeldByOther(entry, "a", 0)).toBe(false);
  expect(isHeldByOther(entry, "b", 9_999)).toBe(true);
  expect(isHeldByOther(entry, "b", 10_000)).toBe(false);
});

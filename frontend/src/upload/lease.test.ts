import { expect, it } from "vitest";
import { isHeldByOther } from "./lease";

const mark = JSON.stringify({ tab: "a", until: 10_000 });

it("holds for other tabs until it runs out", () => {
  expect(isHeldByOther(null, "b", 0)).toBe(false);
  expect(isHeldByOther(mark, "a", 0)).toBe(false);
  expect(isHeldByOther(mark, "b", 9_999)).toBe(true);
  expect(isHeldByOther(mark, "b", 10_000)).toBe(false);
});

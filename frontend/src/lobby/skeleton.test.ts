import { expect, test } from "vitest";
import { mayPrefetch } from "./skeleton";

test("nothing is loaded in advance where data is saved or the connection is slow", () => {
  expect(mayPrefetch(undefined)).toBe(true);
  expect(mayPrefetch({ effectiveType: "4g" })).toBe(true);
  expect(mayPrefetch({ effectiveType: "3g" })).toBe(true);
  expect(mayPrefetch({ saveData: true, effectiveType: "4g" })).toBe(false);
  expect(mayPrefetch({ effectiveType: "2g" })).toBe(false);
  expect(mayPrefetch({ effectiveType: "slow-2g" })).toBe(false);
});

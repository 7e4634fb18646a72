import { expect, test } from "vitest";
import { moved } from "./useQueue";

test("an item moves up, down, to the ends and nowhere", () => {
  const items = ["a", "b", "c"];
  expect(moved(items, 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(items, 0, 2)).toEqual(["b", "c", "a"]);
  expect(moved(items, 1, 1)).toEqual(items);
});

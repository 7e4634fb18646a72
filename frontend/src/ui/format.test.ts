import { expect, test } from "vitest";
import { counted } from "./format";

test("counts have the right plural", () => {
  expect([0, 1, 2].map((count) => counted(count, "film"))).toEqual([
    "0 films",
    "1 film",
    "2 films",
  ]);
});

import { expect, test } from "vitest";
import { counted, isolated } from "./format";

test("counts have the right plural", () => {
  expect([0, 1, 2].map((count) => counted(count, "film"))).toEqual([
    "0 films",
    "1 film",
    "2 films",
  ]);
});

test("right-to-left names are isolated in sentences, others are not marked", () => {
  expect(isolated("Max")).toBe("Max");
  expect(isolated("Zoë 🙂 日本")).toBe("Zoë 🙂 日本");
  for (const name of ["مريم", "שרה", "Max مريم", "𞤀𞤣"]) {
    expect(isolated(name)).toBe(`\u2068${name}\u2069`);
  }
});

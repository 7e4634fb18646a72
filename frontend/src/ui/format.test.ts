import { expect, test } from "vitest";
import { isolated } from "./format";

test("right-to-left names are isolated in sentences, others are not marked", () => {
  expect(isolated("Max")).toBe("Max");
  expect(isolated("Zoë 🙂 日本")).toBe("Zoë 🙂 日本");
  for (const name of ["مريم", "שרה", "Max مريم", "𞤀𞤣"]) {
    expect(isolated(name)).toBe(`\u2068${name}\u2069`);
  }
});

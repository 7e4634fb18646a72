import { expect, test } from "vitest";
import { suggestedName } from "./visitorName";

test("a suggested name is two words, from the first to the last of each list", () => {
  expect(suggestedName(() => 0)).toBe("Amber Badger");
  expect(suggestedName(() => 0.9999)).toBe("Velvet Walrus");
});

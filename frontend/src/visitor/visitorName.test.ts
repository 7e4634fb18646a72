import { expect, test } from "vitest";
import { friendlyName } from "./visitorName";

test("a suggested name is two words and reaches both ends of the lists", () => {
  expect(friendlyName(() => 0)).toBe("Amber Badger");
  expect(friendlyName(() => 0.9999)).toBe("Velvet Walrus");
});

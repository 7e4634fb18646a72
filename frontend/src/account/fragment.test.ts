import { describe, expect, it } from "vitest";
import { fragmentSecret, safeNext } from "./fragment";

it("reads a secret from the fragment", () => {
  expect(fragmentSecret("#token=a-b_c", "token")).toBe("a-b_c");
  expect(fragmentSecret("", "token")).toBeNull();
});

describe("the page after sign-in", () => {
  it("is a path of this site", () => {
    expect(safeNext("/new?video=v1")).toBe("/new?video=v1");
  });

  it.each([
    null,
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
  ])("is the library instead of %s", (next) => {
    expect(safeNext(next)).toBe("/library");
  });
});

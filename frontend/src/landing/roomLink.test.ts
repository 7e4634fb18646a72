import { describe, expect, it } from "vitest";
import { roomPath } from "./roomLink";

describe("a pasted room link", () => {
  it.each([
    ["http://192.168.1.5:8400/r/Abc_123-xyz", "/r/Abc_123-xyz"],
    ["  watch.example/r/Abc_123-xyz/ ", "/r/Abc_123-xyz"],
    ["https://watch.example/r/Abc_123-xyz#invite=s3cret", "/r/Abc_123-xyz#invite=s3cret"],
    ["Abc_123-xyz", "/r/Abc_123-xyz"],
  ])("%s opens %s", (pasted, path) => {
    expect(roomPath(pasted)).toBe(path);
  });

  it.each(["", "hello there", "https://example.com/", "javascript:alert(1)"])(
    "%s opens nothing",
    (pasted) => {
      expect(roomPath(pasted)).toBeNull();
    },
  );
});

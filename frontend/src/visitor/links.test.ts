import { describe, expect, it } from "vitest";
import { fragmentSecret, roomPath, safeNext } from "./links";

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

describe("fragmentSecret", () => {
  it("reads the named secret from the fragment", () => {
    expect(fragmentSecret("#token=a-b_c", "token")).toBe("a-b_c");
    expect(fragmentSecret("#invite=s3cret-_", "invite")).toBe("s3cret-_");
  });

  it.each(["", "#", "#token=x"])("finds no invitation in %j", (hash) => {
    expect(fragmentSecret(hash, "invite")).toBeNull();
  });
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

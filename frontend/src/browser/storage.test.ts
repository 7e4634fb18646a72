import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isStorageForbidden, storage } from "./storage";

function forbidStorage(): void {
  const forbidden = () => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  };
  vi.stubGlobal("localStorage", new Proxy({}, { get: forbidden }));
}

afterEach(() => storage.removeItem("key"));

describe("storage", () => {
  it("remembers values for as long as the page where the browser forbids storage", () => {
    forbidStorage();
    expect(isStorageForbidden()).toBe(true);
    expect(storage.getItem("key")).toBeNull();
    storage.setItem("key", "value");
    expect(storage.getItem("key")).toBe("value");
    storage.removeItem("key");
    expect(storage.getItem("key")).toBeNull();
  });

  it("returns the newest value where storage is full", () => {
    vi.stubGlobal("localStorage", {
      getItem: () => "old",
      removeItem: () => {},
      setItem: () => {
        throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
      },
    });
    storage.setItem("key", "new");
    expect(storage.getItem("key")).toBe("new");
  });

  it("is the only access to localStorage outside guarded functions, so that no page stays blank", () => {
    const src = new URL("../", import.meta.url).pathname;
    const files = readdirSync(src, { recursive: true, encoding: "utf8" });
    const unguarded = files
      .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|fakes\//.test(file))
      .filter((file) => {
        const lines = readFileSync(src + file, "utf8").split("\n");
        return lines.some(
          (line, i) =>
            /\b(local|session)Storage\.\w/.test(line) &&
            !lines.slice(0, i).some(opensGuard(lines, i)),
        );
      });
    expect(unguarded).toEqual([]);
  });
});

/** Whether an earlier line opens a `try` that the line at `index` is still in. */
function opensGuard(lines: string[], index: number) {
  return (line: string, at: number) => {
    const indent = /^(\s*)try \{$/.exec(line)?.[1];
    if (indent === undefined) return false;
    return !lines.slice(at + 1, index).some((one) => one.startsWith(`${indent}}`));
  };
}

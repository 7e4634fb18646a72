import { describe, expect, it } from "vitest";
import { fingerprint } from "./fingerprint";

function file(name: string, bytes: number[] | Uint8Array<ArrayBuffer>, lastModified = 1): File {
  return new File([new Uint8Array(bytes)], name, { lastModified });
}

describe("a fingerprint", () => {
  it("is the same for the same file, without crypto.subtle", async () => {
    expect(await fingerprint(file("a.mp4", [1, 2, 3]))).toBe(
      await fingerprint(file("a.mp4", [1, 2, 3])),
    );
    expect(await fingerprint(file("a.mp4", []))).toMatch(/^[0-9a-f]{32}$/);
  });

  it("changes with the name, the date and either end of the content", async () => {
    const size = 600 * 1024;
    const first = new Uint8Array(size);
    const last = new Uint8Array(size);
    first[0] = 1;
    last[size - 1] = 1;
    const prints = await Promise.all([
      fingerprint(file("a.mp4", new Uint8Array(size))),
      fingerprint(file("b.mp4", new Uint8Array(size))),
      fingerprint(file("a.mp4", new Uint8Array(size), 2)),
      fingerprint(file("a.mp4", first)),
      fingerprint(file("a.mp4", last)),
    ]);
    expect(new Set(prints).size).toBe(5);
  });
});

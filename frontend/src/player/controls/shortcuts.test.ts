import { describe, expect, it } from "vitest";
import { shortcutFor } from "./shortcuts";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "altKey", boolean>> = {},
) => shortcutFor({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

describe("shortcutFor", () => {
  it("maps the keys, with and without caps lock", () => {
    expect(press("k")).toEqual({ do: "toggle" });
    expect(press("K")).toEqual({ do: "toggle" });
    expect(press(" ")).toEqual({ do: "toggle" });
    expect(press("ArrowLeft")).toEqual({ do: "skip", by_s: -5 });
    expect(press("N")).toEqual({ do: "chapter", to: "next" });
    expect(press("p")).toEqual({ do: "chapter", to: "previous" });
    expect(press("7")).toEqual({ do: "jump", share: 0.7 });
    expect(press("?")).toEqual({ do: "help" });
  });

  it("ignores the browser's combinations and all other keys", () => {
    expect(press("f", { ctrlKey: true })).toBeNull();
    expect(press("t", { metaKey: true })).toBeNull();
    expect(press("Enter")).toBeNull();
    expect(press("q")).toBeNull();
  });
});

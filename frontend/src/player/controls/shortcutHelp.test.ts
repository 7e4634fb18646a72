import { describe, expect, it } from "vitest";
import { shortcutHelp } from "./shortcutHelp";

describe("shortcutHelp", () => {
  const meanings = (able: boolean) =>
    shortcutHelp({ volume: able, fullscreen: able, pip: able, chapters: able }).map(
      ({ meaning }) => meaning,
    );

  it("lists only what works in this browser", () => {
    const missing = meanings(true).filter((meaning) => !meanings(false).includes(meaning));
    expect(missing).toEqual([
      "Previous or next chapter",
      "Volume",
      "Full screen",
      "Picture in picture",
    ]);
  });
});

/** Holds the oldest supported browsers (docs/browsers.md): no syntax and no function that they lack. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { readFilmLink } from "@/link/filmLink";
import { tokenise } from "@/room/chat/tokens";
import config from "../../vite.config";

/** What Safari 16.4, Chrome 111 and Firefox 128 do not have together; the bundler adds none of them. */
const LACKING = [
  /\bURL\.(canParse|parse)\(/,
  /\b(Object|Map)\.groupBy\(/,
  /\bPromise\.(withResolvers|try)\(/,
  /\bArray\.fromAsync\(/,
  /\bAbortSignal\.any\(/,
  /\brequestIdleCallback\b/,
  /\.(showPopover|togglePopover|checkVisibility)\(/,
  /\.(union|intersection|difference|symmetricDifference|isSubsetOf)\(/,
  /\bRegExp\.escape\(/,
  /\bIterator\.from\(/,
  /\bUint8Array\.from(Base64|Hex)\(/,
];

const SRC = new URL("../", import.meta.url).pathname;

function sources(): Map<string, string> {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  const modules = files.filter((file) => /\.tsx?$/.test(file) && !/\.test\.|fakes\//.test(file));
  return new Map(modules.map((file) => [file, readFileSync(SRC + file, "utf8")]));
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/ .*$/gm, "");

describe("the oldest supported browsers", () => {
  it("are what the page is built for", () => {
    expect(config.build?.target).toEqual([
      "chrome111",
      "edge111",
      "firefox128",
      "safari16.4",
      "ios16.4",
    ]);
  });

  it("have every function that the page calls", () => {
    const calls = [...sources()].filter(([, text]) =>
      LACKING.some((lacking) => lacking.test(withoutComments(text))),
    );
    expect(calls.map(([file]) => file)).toEqual([]);
  });

  it("can parse the page, which contains no lookbehind and no regular expression with the flag v", () => {
    const unreadable = [...sources()].filter(([, text]) =>
      /\(\?<[=!]|\/[dgimsuy]*v[dgimsuy]*[;,).\s]/.test(
        withoutComments(text).replace(/"[^"\n]*"/g, ""),
      ),
    );
    expect(unreadable.map(([file]) => file)).toEqual([]);
  });

  it("show links in chat, and read pasted ones, without URL.canParse and URL.parse", () => {
    class OldUrl extends URL {}
    Object.assign(OldUrl, { canParse: undefined, parse: undefined });
    vi.stubGlobal("URL", OldUrl);
    expect(tokenise("see https://a.example/x")).toContainEqual(
      expect.objectContaining({ kind: "link", href: "https://a.example/x" }),
    );
    expect(readFilmLink("https://a.example/film.mp4", "https:")).toMatchObject({ title: "film" });
    expect(readFilmLink("film.mp4", "https:")).toEqual(expect.any(String));
  });
});

/** The catalogs and the code agree: what is missing, unused, empty, or has lost a placeholder is named. */
import { readdirSync, readFileSync } from "node:fs";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { extractMessagesFromFiles } from "@lingui/native-tools";
import { parseAst } from "vite";
import { describe, expect, it } from "vitest";
import { LANGUAGES } from "./language";
import { ENGLISH_ONLY, SERVER_SENTENCES } from "./serverSentences";

const SRC = new URL("../", import.meta.url).pathname;
const CODES = new URL("../../../docs/reference/codes.md", import.meta.url).pathname;

interface Entry {
  id: string;
  context: string;
  translation: string;
}

const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|fakes\/|generated\//.test(file))
  .map((file) => SRC + file);

/** The quoted strings of a gettext keyword, joined. */
function quoted(entry: string, keyword: string): string {
  const lines = new RegExp(`^${keyword} ((?:"(?:[^"\\\\]|\\\\.)*"\\n?)+)`, "m").exec(entry)?.[1];
  return [...(lines ?? "").matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, part = ""]) => JSON.parse(`"${part}"`) as string)
    .join("");
}

function catalog(language: string): Entry[] {
  const text = readFileSync(`${SRC}language/catalogs/${language}.po`, "utf8");
  return text
    .split("\n\n")
    .slice(1)
    .filter((entry) => entry.includes("msgid "))
    .map((entry) => ({
      id: quoted(entry, "msgid"),
      context: quoted(entry, "msgctxt"),
      translation: quoted(entry, "msgstr"),
    }));
}

/** The names in braces, wherever they are in a message. */
function placeholders(message: string): string[] {
  const names = (tokens: unknown): string[] => {
    if (!Array.isArray(tokens)) return [];
    return tokens.flatMap((token) => {
      if (!Array.isArray(token)) return [];
      const [name, , cases] = token as [string, string?, Record<string, unknown>?];
      const nested = typeof cases === "object" ? Object.values(cases).flatMap(names) : [];
      return [name, ...nested];
    });
  };
  return [...new Set(names(compileMessage(message)))].sort();
}

const key = (id: string, context: string) => (context ? `${context}: ${id}` : id);
const translated = Object.keys(LANGUAGES).filter((language) => language !== "en");

describe("the catalogs", async () => {
  const { messages, warnings } = await extractMessagesFromFiles(sources);
  const explicit = new Map(SERVER_SENTENCES.map(({ id, message }) => [id, message ?? ""]));
  const wanted = new Set(
    messages.map(({ id, message, context }) =>
      explicit.has(id) ? id : key(message ?? "", context ?? ""),
    ),
  );

  it("are read from code that the extraction understands", () => {
    expect(warnings).toEqual([]);
    expect(wanted.size).toBeGreaterThan(1000);
  });

  it.each(translated)("%s has a translation of each sentence, and no other", (language) => {
    const entries = catalog(language);
    const found = new Set(entries.map(({ id, context }) => key(id, context)));
    expect([...wanted].filter((one) => !found.has(one))).toEqual([]);
    expect([...found].filter((one) => !wanted.has(one))).toEqual([]);
    expect(entries.length).toBe(found.size);
    expect(entries.filter(({ translation }) => translation.trim() === "")).toEqual([]);
  });

  it.each(translated)("%s has the placeholders and tags of the English", (language) => {
    const wrong = catalog(language).filter(({ id, translation }) => {
      const english = explicit.get(id) ?? id;
      const [mine, theirs] = [placeholders(translation), placeholders(english)];
      // A language with one plural form needs one of the forms' placeholders.
      return english.includes(", plural,")
        ? mine.some((name) => !theirs.includes(name))
        : mine.join() !== theirs.join();
    });
    expect(wrong).toEqual([]);
  });
});

describe("the server's sentences", () => {
  const codes = [...readFileSync(CODES, "utf8").matchAll(/^\| `(\w+)` \| [\d, ]+ \|/gm)].map(
    ([, code = ""]) => code,
  );
  const ids = SERVER_SENTENCES.map(({ id }) => id.replace("server.", ""));

  it("have a translation for each code, or stay in English for a reason", () => {
    expect(codes.length).toBeGreaterThan(100);
    expect(codes.filter((code) => !ids.includes(code) && !ENGLISH_ONLY.has(code))).toEqual([]);
  });

  it("name no code that the server does not have", () => {
    const known = (id: string) => codes.includes(id) || id.includes(".");
    expect([...ids, ...ENGLISH_ONLY].filter((code) => !known(code))).toEqual([]);
  });
});

const SHOWN = new Set(
  "aria-label title label placeholder alt description intro hint confirmLabel cancelLabel submitLabel caption empty meaning".split(
    " ",
  ),
);
const SHOWN_FIELDS = new Set([...SHOWN, "text", "heading"]);
const WORD = /\p{L}{2}/u;
const CAPITAL = /^\p{Lu}\p{L}/u;

interface Node {
  type: string;
  start: number;
  [field: string]: unknown;
}

/** Text between tags, and in the attributes and fields that people read, outside a macro. */
function untranslated(node: Node): string[] {
  if (node.type === "JSXElement" && /^(code|kbd)$/.test(nameOf(node))) return [];
  const own = literal(node);
  if (own !== null) return [own];
  return Object.values(node)
    .flat()
    .filter(
      (child): child is Node => typeof child === "object" && child !== null && "type" in child,
    )
    .flatMap(untranslated);
}

/** The text of a node that people read. A form's field has a `name` too, in lower case. */
function literal({ type, value, name, key }: Node): string | null {
  if (type === "JSXText") return WORD.test(String(value)) ? String(value).trim() : null;
  const text = (value as Node | null)?.type === "Literal" ? String((value as Node).value) : "";
  const called = String(((type === "JSXAttribute" ? name : key) as Node | undefined)?.name);
  const shown =
    (type === "JSXAttribute" && SHOWN.has(called) && WORD.test(text)) ||
    (type === "JSXAttribute" && called === "name" && CAPITAL.test(text)) ||
    (type === "Property" && SHOWN_FIELDS.has(called) && CAPITAL.test(text));
  return shown ? text : null;
}

const nameOf = (element: Node) =>
  String(((element.openingElement as Node).name as Node).name ?? "");

const EXAMPLES = new Set([
  "https://",
  "https://example.org/watchparty",
  "name@example.org",
  "WatchParty",
  "Ada",
  "Max",
  "Sofie",
]);
const SIDES =
  /(?<=[\s"'`:!-])(?:(?:m|p)[lr]-[\d[a-z]|(?:left|right)-(?!1\/2)[\d[]|text-(?:left|right)\b|(?:rounded|border)-[lr]\b)/g;

describe("the pages", () => {
  const pages = sources.filter((file) => file.endsWith(".tsx"));
  const texts = new Map(pages.map((file) => [file.slice(SRC.length), readFileSync(file, "utf8")]));

  it("have no sentence outside a macro", () => {
    const found = sources.flatMap((file) =>
      untranslated(
        parseAst(readFileSync(file, "utf8"), {
          lang: file.endsWith("x") ? "tsx" : "ts",
        }) as unknown as Node,
      )
        .filter((one) => !EXAMPLES.has(one))
        .map((one) => `${file.slice(SRC.length)}: ${one}`),
    );
    expect(found).toEqual([]);
  });

  it("use logical sides, which Arabic mirrors", () => {
    const found = [...texts].flatMap(([file, text]) =>
      [...text.matchAll(SIDES)].map(([side]) => `${file}: ${side}`),
    );
    expect(found).toEqual([]);
  });
});

/** Holds the structure of `src/`: which folder may import which, no cycles, and no crowded folder. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

/** A folder may import only folders of the lines above its own. */
const TIERS = [
  ["browser"],
  ["language"],
  ["ui", "sync", "visitor"],
  ["api"],
  ["player", "upload", "link"],
  ["lobby"],
  ["room", "library", "account", "admin", "landing"],
  ["app"],
];
const MAX_MODULES = 25;

/** Each module with the modules that it imports, as paths under `src/`. */
type Graph = Map<string, string[]>;

const SRC = new URL("./", import.meta.url).pathname;
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g;

function sources(): Map<string, string> {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  const modules = files.filter((file) => /\.tsx?$/.test(file) && !/\.test\.|fakes\//.test(file));
  return new Map(modules.map((file) => [file, readFileSync(SRC + file, "utf8")]));
}

function graphOf(texts: Map<string, string>): Graph {
  const importsOf = (file: string, text: string) =>
    [...text.matchAll(IMPORT)].flatMap(([, target = ""]) => {
      if (!/^(@\/|\.)/.test(target)) return [];
      const path = target.startsWith("@/")
        ? target.slice(2)
        : normalize(join(dirname(file), target));
      return [path, `${path}.ts`, `${path}.tsx`].filter((one) => texts.has(one));
    });
  return new Map([...texts].map(([file, text]) => [file, importsOf(file, text)]));
}

function folders(graph: Graph): Graph {
  const result: Graph = new Map();
  for (const [file, imports] of graph) {
    const own = dirname(file);
    const others = imports.map(dirname).filter((folder) => folder !== own);
    result.set(own, [...(result.get(own) ?? []), ...others]);
  }
  return result;
}

/** The nodes that are on some cycle, sorted. */
function onCycles(graph: Graph): string[] {
  const reachable = (from: string) => {
    const seen = new Set<string>();
    const queue = [...(graph.get(from) ?? [])];
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      queue.push(...(graph.get(node) ?? []));
    }
    return seen;
  };
  return [...graph.keys()].filter((node) => reachable(node).has(node)).sort();
}

function upwardImports(graph: Graph): string[] {
  const top = (file: string) => file.split("/")[0] ?? "";
  const tier = (file: string) => TIERS.findIndex((names) => names.includes(top(file)));
  const found: string[] = [];
  for (const [file, imports] of graph) {
    if (!file.includes("/")) continue;
    for (const target of imports) {
      const allowed = top(file) === top(target) || tier(target) < tier(file);
      if (!allowed) found.push(`${file} → ${target}`);
    }
  }
  return found;
}

function unknownFolders(graph: Graph): string[] {
  const known = new Set(TIERS.flat());
  const tops = [...graph.keys()].filter((file) => file.includes("/")).map((f) => f.split("/")[0]);
  return [...new Set(tops)].filter((folder) => !known.has(folder ?? "")) as string[];
}

function crowded(graph: Graph): string[] {
  const counts = new Map<string, number>();
  for (const file of graph.keys()) {
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > MAX_MODULES).map(([folder]) => folder);
}

describe("the structure of src/", () => {
  const texts = sources();
  const graph = graphOf(texts);

  it("has no cycle between files", () => {
    expect(onCycles(graph)).toEqual([]);
  });

  it("has no cycle between folders", () => {
    expect(onCycles(folders(graph))).toEqual([]);
  });

  it("has no import from a folder of the same or a higher tier", () => {
    expect(unknownFolders(graph)).toEqual([]);
    expect(upwardImports(graph)).toEqual([]);
  });

  it("keeps React out of sync/", () => {
    const withReact = [...texts].filter(
      ([file, text]) => file.startsWith("sync/") && /from "(react|zustand)"/.test(text),
    );
    expect(withReact.map(([file]) => file)).toEqual([]);
  });

  it("has no folder with more than 25 modules", () => {
    expect(crowded(graph)).toEqual([]);
  });
});

describe("the checks themselves", () => {
  const graph = (entries: Record<string, string>) => graphOf(new Map(Object.entries(entries)));

  it("find a cycle between files, also over a type", () => {
    const cycle = graph({
      "ui/a.ts": 'import type { B } from "./b";',
      "ui/b.ts": 'import { a } from "./a";',
      "ui/c.ts": 'import "./a";',
    });
    expect(onCycles(cycle)).toEqual(["ui/a.ts", "ui/b.ts"]);
  });

  it("find a cycle between folders that no file is on", () => {
    const cycle = graph({
      "room/x/a.ts": 'import { b } from "../y/b";',
      "room/y/b.ts": "",
      "room/y/c.ts": 'import { d } from "../x/d";',
      "room/x/d.ts": "",
    });
    expect(onCycles(cycle)).toEqual([]);
    expect(onCycles(folders(cycle))).toEqual(["room/x", "room/y"]);
  });

  it("find an upward import, a sideways one and a lazy one", () => {
    const upward = graph({
      "ui/a.ts": 'import { b } from "@/api/b";',
      "api/b.ts": "",
      "admin/c.ts": 'const d = import("@/account/d");',
      "account/d.tsx": "",
    });
    expect(upwardImports(upward)).toEqual(["ui/a.ts → api/b.ts", "admin/c.ts → account/d.tsx"]);
  });

  it("find a crowded folder", () => {
    const names = Array.from({ length: 26 }, (_, i) => [`ui/${i}.ts`, ""]);
    expect(crowded(graph(Object.fromEntries(names)))).toEqual(["ui"]);
  });
});

// Adds up what the browser loads before a page can be used, gzipped, and fails if it exceeds the budget. Run after a build.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
const KB = 1000;

const ROOM = [
  "index.html",
  "src/room/RoomPage.tsx",
  "src/room/Room.tsx",
  "src/player/video/HlsStream.ts",
];

const BUDGETS = [
  { page: "landing", entries: ["index.html", "src/landing/LandingPage.tsx"], js_kb: 130 },
  { page: "join", entries: ["index.html", "src/room/RoomPage.tsx"], js_kb: 130 },
  { page: "room with a film", entries: ROOM, js_kb: 350 },
];
const CSS_KB = 15;

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));
const sizes = new Map();

function gzipped(file) {
  if (!sizes.has(file))
    sizes.set(file, gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length);
  return sizes.get(file);
}

/** The entries and everything they import statically. */
function closure(keys, found = new Set()) {
  for (const key of keys) {
    if (found.has(key)) continue;
    found.add(key);
    closure(manifest[key].imports ?? [], found);
  }
  return found;
}

let over = 0;
for (const { page, entries, js_kb } of BUDGETS) {
  const chunks = [...closure(entries)].map((key) => manifest[key]);
  const js = chunks.reduce((sum, chunk) => sum + gzipped(chunk.file), 0) / KB;
  const styles = new Set(chunks.flatMap((chunk) => chunk.css ?? []));
  const css = [...styles].reduce((sum, file) => sum + gzipped(file), 0) / KB;
  const fits = js <= js_kb && css <= CSS_KB;
  if (!fits) over += 1;
  console.log(
    `${fits ? "ok  " : "OVER"} ${page}: ${js.toFixed(1)} of ${js_kb} kB JavaScript, ${css.toFixed(1)} of ${CSS_KB} kB CSS, gzipped`,
  );
}
process.exitCode = over > 0 ? 1 : 0;

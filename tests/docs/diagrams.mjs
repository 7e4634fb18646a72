// Parses every Mermaid diagram in the given documents with Mermaid's own parser: node diagrams.mjs FILE…
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html><body></body>");
globalThis.window = window; // Mermaid needs a browser environment, even to parse
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

let parsed = 0;
let wrong = 0;
for (const file of process.argv.slice(2)) {
  for (const [, diagram] of readFileSync(file, "utf8").matchAll(/```mermaid\n([\s\S]*?)```/g)) {
    try {
      await mermaid.parse(diagram);
      parsed += 1;
    } catch (error) {
      wrong += 1;
      console.error(`${file}: ${error.message}\n`);
    }
  }
}
console.log(`${parsed} diagrams are valid, ${wrong} are not`);
process.exit(wrong ? 1 : 0);

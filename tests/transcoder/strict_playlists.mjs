// Reads {name: playlist} objects, one a line, and prints what hls-parser in strict mode has against any of them.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const hls = createRequire(new URL("../../frontend/package.json", import.meta.url))("hls-parser");
hls.setOptions({ strictMode: true });
let stage = 0;
for await (const line of createInterface({ input: process.stdin })) {
  stage += 1;
  for (const [name, text] of Object.entries(JSON.parse(line))) {
    try {
      hls.parse(text);
    } catch (error) {
      console.log(`stage ${stage}, ${name}: ${error.message}`);
    }
  }
}

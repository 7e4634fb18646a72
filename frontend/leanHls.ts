/**
 * hls.js built from the source in its package, without features that our playlists never use. This makes the largest
 * chunk of a room a third smaller (178 to 126 kB). The libraries that its release bundles are development dependencies
 * here, at the versions in its package.json; update them together with hls.js.
 */

import { readFileSync } from "node:fs";
import type { UserConfig } from "vite";

const FEATURES = {
  ALT_AUDIO: true,
  SUBTITLES: true,
  MEDIA_CAPABILITIES: true,
  EME_DRM: false,
  CMCD: false,
  CONTENT_STEERING: false,
  VARIABLE_SUBSTITUTION: false,
  M2TS_ADVANCED_CODECS: false,
  INTERSTITIALS: false,
  IFRAMES: false,
};

/**
 * Parts without a build switch, which hls.js accepts as missing: broadcast captions (no menu lists them), metadata cues,
 * dropped-frame monitoring, and loading with fetch, which only `progressive` uses. `HlsStream.ts` disables them.
 */
const ABSENT =
  /^\.\.?\/.*(cea-608-parser|output-filter|id3-track-controller|fps-controller|fetch-loader)$/;

const PACKAGE = new URL("./node_modules/hls.js/", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", PACKAGE), "utf8"));

export const leanHls = {
  alias: [
    { find: /^hls\.js$/, replacement: new URL("src/exports-named.ts", PACKAGE).pathname },
    { find: ABSENT, replacement: new URL("./absentFromHls.ts", import.meta.url).pathname },
  ],
  define: {
    __VERSION__: JSON.stringify(version),
    // The ES module release contains no worker either.
    __IN_WORKER__: "false",
    __HLS_WORKER_BUNDLE__: "undefined",
    ...Object.fromEntries(
      Object.entries(FEATURES).map(([name, on]) => [`__USE_${name}__`, String(on)]),
    ),
  } satisfies UserConfig["define"],
};

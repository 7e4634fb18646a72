import { lingui } from "@lingui/vite-plugin";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compiledEnglish } from "./compiledEnglish.ts";
import { leanHls } from "./leanHls.ts";
import { precompress } from "./precompress.ts";

const SERVER = process.env.WATCHPARTY_DEV_SERVER ?? "http://127.0.0.1:8400";

// The refresh and join calls require an Origin equal to the site, so the proxy must not change the Host header.
const toServer = { target: SERVER, changeOrigin: false };

export default defineConfig({
  plugins: [
    lingui({
      failOnCompileError: true,
      macroTransform: { macro: { descriptorFields: "message" } },
    }),
    compiledEnglish(),
    react(),
    tailwindcss(),
    precompress(),
  ],
  resolve: {
    alias: [
      { find: "@", replacement: new URL("./src", import.meta.url).pathname },
      ...leanHls.alias,
    ],
  },
  define: leanHls.define,
  server: {
    proxy: {
      "/api": toServer,
      "/upload": toServer,
      "/media": toServer,
      "/.well-known": toServer,
      "/ws": { ...toServer, ws: true },
    },
  },
  build: {
    outDir: "dist",
    // The oldest supported browsers (docs/browsers.md); Tailwind's colours and @property need them.
    target: ["chrome111", "edge111", "firefox128", "safari16.4", "ios16.4"],
    manifest: true,
    rolldownOptions: {
      output: {
        // hls.js is as large as the rest of the room. A separate chunk stays cached across releases and is never part
        // of the first load.
        codeSplitting: {
          groups: [
            { name: "hls", test: /node_modules\/hls\.js/, priority: 3 },
            {
              name: "react",
              test: /node_modules\/(react|react-dom|react-router|scheduler)\//,
              priority: 2,
            },
            // What most pages share is one file instead of a dozen, each too small to compress well.
            {
              name: "common",
              test: /\/src\/((browser|visitor|language)\/|ui\/(Name|Avatar|Badge|Field|format|filmTime))/,
              minShareCount: 3,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  test: {
    environment: "node",
    include: ["src/**/*.test.ts"],
    // Activates English, which sentences of the code need.
    setupFiles: ["src/language/language.ts"],
    // Pure logic needs no isolation, and stubbed globals are restored after each test.
    isolate: false,
    unstubGlobals: true,
    // No test waits. The limit ends a hanging test, and must not end one on a busy machine.
    testTimeout: 60_000,
  },
});

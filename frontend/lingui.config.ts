import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "en",
  locales: ["de", "es", "fr", "ja", "ar"],
  catalogs: [
    { path: "src/language/catalogs/{locale}", include: ["src"], exclude: ["**/*.test.*"] },
  ],
  format: formatter({ origins: false }),
  orderBy: "message",
});

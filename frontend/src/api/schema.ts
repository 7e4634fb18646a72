/** The shapes of the HTTP contract, by their names there. Generated; `npm run generate` in codegen/ renews them. */

import type { components } from "./generated/http";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

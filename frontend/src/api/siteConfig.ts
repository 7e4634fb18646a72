/** What the site is like: read once a page load, kept for its life. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { call } from "./client";
import type { Schema } from "./schema";

export type SiteConfig = Schema<"SiteConfig">;

export const siteConfigQuery = queryOptions({
  queryKey: ["config"],
  queryFn: ({ signal }) => call<SiteConfig>("GET", "/config", { anonymous: true, signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Undefined until it arrived. */
export function useSiteConfig(): SiteConfig | undefined {
  return useQuery(siteConfigQuery).data;
}

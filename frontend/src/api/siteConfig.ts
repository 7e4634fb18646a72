/** The site's configuration, read once per page load. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { call } from "./client";
import type { Schema } from "./schema";

export type SiteConfig = Schema<"SiteConfig">;

export const siteConfigQuery = queryOptions({
  queryKey: ["config"],
  queryFn: ({ signal }) => call<SiteConfig>("GET", "/config", { anonymous: true, signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Undefined until it has been loaded. */
export function useSiteConfig(): SiteConfig | undefined {
  return useQuery(siteConfigQuery).data;
}

/** What the site is like: read once a page load, kept for its life. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { call } from "@/api/client";

export interface SiteConfig {
  version: string;
  brand_name: string;
  sign_in: "local" | "identity_platform";
  registration: "invitation" | "open";
  temporary_hosts: boolean;
  mail_delivers: boolean;
  max_upload_bytes: number;
}

export const siteConfigQuery = queryOptions({
  queryKey: ["config"],
  queryFn: ({ signal }) => call<SiteConfig>("GET", "/config", { anonymous: true, signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Undefined until it arrived. */
export function useSiteConfig(): SiteConfig | undefined {
  return useQuery(siteConfigQuery).data;
}

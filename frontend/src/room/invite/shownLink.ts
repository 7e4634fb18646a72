/**
 * The link to pass on: the room's current one as the server tells it, else the page's own address.
 * A fragment never travels along, it may hold somebody's personal invitation.
 */
export function shownLink(url: string | undefined, pageUrl: string): string {
  const link = new URL(url ?? pageUrl, pageUrl);
  link.hash = "";
  link.search = "";
  return link.href;
}

/** Whether the link leads everybody to their own machine instead of this one. */
export function isLocalOnly(link: string): boolean {
  const { hostname } = new URL(link);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

/**
 * The link to share: the room's current one from the server, otherwise the page's URL. Without the fragment, which may
 * contain a personal invitation.
 */
export function shownLink(url: string | undefined, pageUrl: string): string {
  const link = new URL(url ?? pageUrl, pageUrl);
  link.hash = "";
  link.search = "";
  return link.href;
}

/** Where a link works: only on this machine, in one network, or everywhere. */
export type Reach = "this_machine" | "network" | "everywhere";

const LOOPBACK = /^(localhost|\[::1\]|127\..*)$/;
/** Addresses (RFC 1918, 3927, 4193, 4291, 6598) and host names that are valid only inside a network. */
const PRIVATE =
  /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)[\d.]+$|^\[f([cd]|e[89ab])|^[^.:]+$|\.(local|lan|home\.arpa|internal)$/;

export function reachOf(link: string): Reach {
  const { hostname } = new URL(link);
  if (LOOPBACK.test(hostname)) return "this_machine";
  return PRIVATE.test(hostname) ? "network" : "everywhere";
}

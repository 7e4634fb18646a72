/**
 * Reads the secret of a personal invitation. It travels in the fragment only, which browsers keep
 * from servers, proxies and the Referer header.
 */
export function inviteSecret(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("invite") ?? undefined;
}

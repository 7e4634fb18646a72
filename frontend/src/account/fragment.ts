/** Secrets of links travel behind the #, which no server, log or Referer ever sees. */
export function fragmentSecret(hash: string, name: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get(name);
}

/** Only a path of this site may be gone to after sign-in; a full address would be an open redirect. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : "/library";
}

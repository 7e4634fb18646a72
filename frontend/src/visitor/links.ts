/** Reads what somebody pasted as a link to a room: the whole address, a part of it, or the id alone. */

const ID = /^[A-Za-z0-9_-]{6,64}$/;
const IN_PATH = /\/r\/([A-Za-z0-9_-]{6,64})\/?(#.*)?$/;

/** The path to open, or null. An invitation in the fragment is kept. */
export function roomPath(pasted: string): string | null {
  const text = pasted.trim();
  if (ID.test(text)) return `/r/${text}`;
  const match = IN_PATH.exec(text);
  return match ? `/r/${match[1]}${match[2] ?? ""}` : null;
}

/** Secrets of links travel behind the #, which no server, log or Referer ever sees. */
export function fragmentSecret(hash: string, name: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get(name);
}

/** Only a path of this site may be gone to after sign-in; a full address would be an open redirect. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : "/library";
}

/**
 * Reads the secret of a personal invitation. It travels in the fragment only, which browsers keep
 * from servers, proxies and the Referer header.
 */
export function inviteSecret(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("invite") ?? undefined;
}

/** Reads links: a room from what was pasted, a secret from the fragment, the page to open after sign-in. */

const ROOM_ID = /^[A-Za-z0-9_-]{6,64}$/;
const ROOM_IN_URL = /\/r\/([A-Za-z0-9_-]{6,64})\/?(#.*)?$/;

/**
 * The path of the room in a pasted text, or null. Accepts a full URL, a part of one, or the id alone, and keeps
 * an invitation in the fragment.
 */
export function roomPath(pasted: string): string | null {
  const text = pasted.trim();
  if (ROOM_ID.test(text)) return `/r/${text}`;
  const match = ROOM_IN_URL.exec(text);
  return match ? `/r/${match[1]}${match[2] ?? ""}` : null;
}

/** A secret of a mailed link or an invitation. Browsers keep the fragment from servers, logs and the Referer. */
export function fragmentSecret(hash: string, name: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get(name);
}

/** The page to open after sign-in. Only a path of this site: a full URL would be an open redirect. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : "/library";
}

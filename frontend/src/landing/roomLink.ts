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

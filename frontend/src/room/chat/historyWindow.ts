/**
 * How much of the conversation is drawn. A long evening must not slow down the page, and most people
 * read the end; whoever scrolls back gets more, and keeps it until they return.
 */
const NEWEST = 40;
const STEP = 80;
const MOST = NEWEST + STEP;

interface Drawn {
  total: number;
  /** So many items at the beginning are not drawn. */
  hidden: number;
  atBottom: boolean;
}

export function hiddenNow({ total, hidden, atBottom }: Drawn): number {
  const tooMany = atBottom && total - hidden > MOST;
  const cleared = hidden > 0 && hidden >= total;
  return tooMany || cleared ? Math.max(0, total - NEWEST) : hidden;
}

export function hiddenAfterStep(hidden: number): number {
  return Math.max(0, hidden - STEP);
}

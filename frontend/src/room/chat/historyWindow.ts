/**
 * How much of the conversation is rendered, so that a long one does not slow down the page. Scrolling back shows more,
 * until the reader returns to the end. Pure.
 */
const NEWEST = 40;
const STEP = 80;
const MAX_SHOWN = NEWEST + STEP;

interface HistoryWindow {
  total: number;
  /** How many items at the beginning are not rendered. */
  hidden: number;
  atBottom: boolean;
}

export function hiddenNow({ total, hidden, atBottom }: HistoryWindow): number {
  const tooMany = atBottom && total - hidden > MAX_SHOWN;
  const cleared = hidden > 0 && hidden >= total;
  return tooMany || cleared ? Math.max(0, total - NEWEST) : hidden;
}

export function hiddenAfterStep(hidden: number): number {
  return Math.max(0, hidden - STEP);
}

/**
 * Widens the dead band of a player that corrections do not help, so that no browser can make the page correct
 * forever. Pure: sizes and times in, a floor for the dead band out.
 */

/** After so many corrections in a row that did not help, the dead band is widened. */
const USELESS = 3;
/** A correction helped if it left less than this share of the error. */
const HELPED = 0.6;
const RESERVE = 1.5;
/** A larger error is seen and heard. It is corrected however often that failed: the machine may just have been busy. */
const FLOOR_AT_MOST_MS = 80;
/** The floor is lowered after this long without a correction, because the machine may have been busy. */
const CALM_MS = 300_000;
const LOWER = 0.5;
const GONE_MS = 1;

export class CorrectionGuard {
  #before_ms: number | null = null;
  #useless = 0;
  #floor_ms = 0;
  #last_ms = Number.NEGATIVE_INFINITY;

  /** 0 while corrections help. */
  get floor_ms(): number {
    return this.#floor_ms;
  }

  corrected(error_ms: number, now_ms: number): void {
    this.#before_ms = Math.abs(error_ms);
    this.#last_ms = now_ms;
  }

  /** The next measurement; `deadBand_ms` is the one below which nothing needs to be corrected. */
  measured(error_ms: number, deadBand_ms: number, now_ms: number): void {
    const size_ms = Math.abs(error_ms);
    if (this.#before_ms !== null) this.#judge(this.#before_ms, size_ms, deadBand_ms);
    this.#before_ms = null;
    if (this.#floor_ms > 0 && now_ms - this.#last_ms > CALM_MS) {
      this.#last_ms = now_ms;
      this.#floor_ms = this.#floor_ms * LOWER < GONE_MS ? 0 : this.#floor_ms * LOWER;
    }
  }

  /** Something else has moved the player: nothing can be said about the last correction. */
  interrupted(): void {
    this.#before_ms = null;
  }

  #judge(before_ms: number, after_ms: number, deadBand_ms: number): void {
    const helped = after_ms < Math.max(deadBand_ms, HELPED * before_ms);
    this.#useless = helped ? 0 : this.#useless + 1;
    if (this.#useless < USELESS) return;
    this.#useless = 0;
    const floor_ms = Math.max(2 * this.#floor_ms, RESERVE * Math.max(before_ms, after_ms));
    this.#floor_ms = Math.min(FLOOR_AT_MOST_MS, floor_ms);
  }
}

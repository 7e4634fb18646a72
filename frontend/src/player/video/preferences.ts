import { type PlayerTraits, UNKNOWN_TRAITS } from "@/sync/calibration";

/** The player's settings on this device. Losing them does no harm. */
const KEY = "watchparty.player";

interface Preferences {
  volume: number;
  muted: boolean;
  /** The label of the chosen subtitles; null while they are off. */
  subtitles: string | null;
  shortcuts: boolean;
  start_ms: number | null;
  seek_ms: number | null;
  /** What was learned about the player, by which browser, and when (milliseconds since the epoch). */
  traits: { of: string; at_ms: number; values: PlayerTraits } | null;
}

const DEFAULTS: Preferences = {
  volume: 1,
  muted: false,
  subtitles: null,
  shortcuts: true,
  start_ms: null,
  seek_ms: null,
  traits: null,
};

export function readPreferences(): Preferences {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    // Some private windows forbid storage, and the stored value may be from an older version.
    return DEFAULTS;
  }
}

export function savePreferences(changes: Partial<Preferences>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...changes }));
  } catch {
    // Then the setting lasts as long as the page.
  }
}

/** A trait may have been measured on a busy machine, and the next version of a browser may behave better. */
const TRAITS_LAST_MS = 7 * 86_400_000;

/** What an earlier visit in the same version of this browser has learned; null if nothing is known. */
export function readTraits(browser: string, now_ms: number): PlayerTraits | null {
  const { traits } = readPreferences();
  const usable = traits?.of === browser && now_ms - traits.at_ms < TRAITS_LAST_MS;
  return usable ? { ...UNKNOWN_TRAITS, ...traits.values } : null;
}

/** Keeps the time of the first measurement, so that all of them are repeated once a week. */
export function saveTraits(values: PlayerTraits, browser: string, now_ms: number): void {
  const { traits } = readPreferences();
  const known = readTraits(browser, now_ms) !== null;
  savePreferences({
    traits: { of: browser, at_ms: known ? (traits?.at_ms ?? now_ms) : now_ms, values },
  });
}

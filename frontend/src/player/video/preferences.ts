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
}

const DEFAULTS: Preferences = {
  volume: 1,
  muted: false,
  subtitles: null,
  shortcuts: true,
  start_ms: null,
  seek_ms: null,
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

/** What a person has set on this device and expects to find again. Lost without harm. */
const KEY = "watchparty.player";

export interface Preferences {
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
    // Storage is forbidden in some private windows; what was kept may be of another age.
    return DEFAULTS;
  }
}

export function keepPreferences(changes: Partial<Preferences>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...changes }));
  } catch {
    // Then it is remembered until the page closes, by whoever holds it.
  }
}

/** Numbers, sizes and dates as people read them. */

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${Number(value.toFixed(digits))} ${BYTE_UNITS[unit]}`;
}

const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A name for use in a sentence of plain text. Marks around a right-to-left name keep it from reordering the words and
 * names beside it (Unicode TR 9, FSI and PDI); in elements, `Name` and `<bdi>` do the same.
 */
export const isolated = (name: string) => (RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name);

/** "1 film", "2 films". */
export const counted = (count: number, one: string) => `${count} ${count === 1 ? one : `${one}s`}`;

/** Connections are sold in bits per second, so rates are shown in bits. */
export function formatRate(bytes_per_s: number): string {
  const bits = bytes_per_s * 8;
  return bits >= 1e6
    ? `${(bits / 1e6).toFixed(bits >= 1e7 ? 0 : 1)} Mbit/s`
    : `${Math.round(bits / 1e3)} kbit/s`;
}

/** A duration: "9 min", "1 h 20 min". */
export function formatWait(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Dates and numbers follow the language that the page is written in, not that of the browser. */
export const PAGE_LANGUAGE = "en-GB";

const DATE = new Intl.DateTimeFormat(PAGE_LANGUAGE, { dateStyle: "medium" });
const DATE_TIME = new Intl.DateTimeFormat(PAGE_LANGUAGE, {
  dateStyle: "medium",
  timeStyle: "short",
});

export const formatDate = (iso: string) => DATE.format(new Date(iso));
export const formatDateTime = (iso: string) => DATE_TIME.format(new Date(iso));

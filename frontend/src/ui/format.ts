/** Numbers, sizes and dates as people read them. */
import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import { currentDirection } from "@/language/language";

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** A number with at most `digits` decimals. */
const formatNumber = (value: number, digits = 0) =>
  new Intl.NumberFormat(i18n.locales, { maximumFractionDigits: digits }).format(value);

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  if (unit === 0) return `${formatNumber(value)} B`;
  return new Intl.NumberFormat(i18n.locales, {
    style: "unit",
    unit: BYTE_UNITS[unit] ?? "byte",
    maximumFractionDigits: digits,
  }).format(value);
}

const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A name for use in a sentence of plain text. Marks around a name of the other direction keep it from reordering the
 * words and names beside it (Unicode TR 9, FSI and PDI); in elements, `Name` and `<bdi>` do the same.
 */
export const isolated = (name: string) =>
  currentDirection() === "rtl" || RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;

/** "Ada, Max and Sofie". */
export const formatList = (items: readonly string[]) =>
  new Intl.ListFormat(i18n.locales).format(items);

/** Connections are sold in bits per second, so rates are shown in bits. */
export function formatRate(bytes_per_s: number): string {
  const bits = bytes_per_s * 8;
  return bits >= 1e6
    ? t`${formatNumber(bits / 1e6, bits >= 1e7 ? 0 : 1)} Mbit/s`
    : t`${formatNumber(bits / 1e3)} kbit/s`;
}

/** A duration: "9 min", "1 h 20 min". */
export function formatWait(seconds: number): string {
  if (seconds < 60) return t`${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t`${minutes} min`;
  return t`${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const dateFormat = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(i18n.locales, options);

export const formatDate = (iso: string) =>
  dateFormat({ dateStyle: "medium" }).format(new Date(iso));

export const formatDateTime = (iso: string) =>
  dateFormat({ dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));

/** "just now", "2 hours ago", "yesterday". */
export function formatAgo(at_ms: number, now_ms: number): string {
  const format = new Intl.RelativeTimeFormat(i18n.locales, { numeric: "auto" });
  const minutes = Math.round((at_ms - now_ms) / 60_000);
  if (minutes > -1) return t`just now`;
  if (minutes > -60) return format.format(minutes, "minute");
  const hours = Math.round(minutes / 60);
  return hours > -24 ? format.format(hours, "hour") : format.format(Math.round(hours / 24), "day");
}

/** Positions in a film as people write and say them: `4:05`, `1:02:03`, `1 hour 2 minutes`. */
import { plural, t } from "@lingui/core/macro";

const WRITTEN = /^(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)$/;

export function formatFilmTime(position_s: number): string {
  const whole = Math.max(0, Math.floor(position_s));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const seconds = String(whole % 60).padStart(2, "0");
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`
    : `${minutes}:${seconds}`;
}

export function parseFilmTime(text: string): number | null {
  const match = WRITTEN.exec(text);
  if (!match) return null;
  const [, hours = "0", minutes, seconds] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** For screen readers: "3 minutes 10 seconds". */
export function spokenTime(position_s: number): string {
  const whole_s = Math.max(0, Math.floor(position_s));
  const parts = [
    part(Math.floor(whole_s / 3600), (n) => plural(n, { one: "# hour", other: "# hours" })),
    part(Math.floor(whole_s / 60) % 60, (n) => plural(n, { one: "# minute", other: "# minutes" })),
    part(whole_s % 60, (n) => plural(n, { one: "# second", other: "# seconds" })),
  ].filter((text) => text !== "");
  return parts.join(" ") || t`0 seconds`;
}

function part(count: number, written: (count: number) => string): string {
  return count === 0 ? "" : written(count);
}

/** A place in the film for ears: "3 minutes 10 seconds". Pure. */
export function spokenTime(position_s: number): string {
  const whole_s = Math.max(0, Math.floor(position_s));
  const parts = [
    part(Math.floor(whole_s / 3600), "hour"),
    part(Math.floor(whole_s / 60) % 60, "minute"),
    part(whole_s % 60, "second"),
  ].filter((text) => text !== "");
  return parts.join(" ") || "0 seconds";
}

function part(count: number, unit: string): string {
  if (count === 0) return "";
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

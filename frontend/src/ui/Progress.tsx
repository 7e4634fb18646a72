import { cx } from "./cx";

interface ProgressProps {
  label: string;
  /** 0–1; undefined while unknown. */
  value?: number | undefined;
  tone?: "accent" | "good" | "muted";
  className?: string;
}

const FILLS = { accent: "bg-accent", good: "bg-good-text", muted: "bg-muted" };

export function Progress({ label, value, tone = "accent", className }: ProgressProps) {
  const percent =
    value === undefined ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={cx("h-1.5 w-full overflow-hidden rounded-full bg-line", className)}
    >
      {percent === undefined ? (
        <div className={cx("h-full w-2/5 animate-sweep rounded-full", FILLS[tone])} />
      ) : (
        <div
          className={cx("h-full rounded-full transition-[width] duration-300", FILLS[tone])}
          style={{ width: `${percent}%` }}
        />
      )}
    </div>
  );
}

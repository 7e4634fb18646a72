import { cx } from "@/ui/cx";

/** From here on it is told how much still fits. */
const TOLD_BELOW = 100;

interface RemainingProps {
  left: number;
  notice: string | null;
}

/** Under the field, only when there is something to say: slow mode, or how many characters are left. */
export function Remaining({ left, notice }: RemainingProps) {
  if (left > TOLD_BELOW && notice === null) return null;
  return (
    <p className="mt-1 flex justify-between gap-3 px-1 text-xs text-muted">
      <span>{notice}</span>
      {left <= TOLD_BELOW && (
        <span className={cx("tabular-nums", left < 0 && "font-semibold text-danger-text")}>
          {left}
          <span className="sr-only"> characters left</span>
        </span>
      )}
    </p>
  );
}

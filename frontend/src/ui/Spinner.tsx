import { t } from "@lingui/core/macro";
import { cx } from "./cx";

/** Decoration only; the text beside it says what is in progress. */
export function Spinner({ className }: { className?: string }) {
  return (
    <svg
      className={cx("size-5 animate-spin", className)}
      viewBox="0 0 24 24"
      fill="none"
      aria-hidden="true"
    >
      <circle cx="12" cy="12" r="9" stroke="currentColor" strokeWidth="3" opacity="0.2" />
      <path d="M21 12a9 9 0 0 0-9-9" stroke="currentColor" strokeWidth="3" strokeLinecap="round" />
    </svg>
  );
}

export function LoadingScreen({ label = t`Loading` }: { label?: string }) {
  return (
    <div role="status" className="grid min-h-[60dvh] place-items-center text-muted">
      <Spinner className="size-7" />
      <span className="sr-only">{label}</span>
    </div>
  );
}

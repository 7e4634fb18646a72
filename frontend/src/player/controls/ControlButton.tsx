import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cx } from "@/ui/cx";

interface ControlButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  /** Shown after the label: the key that does the same. */
  shortcut?: string;
  pressed?: boolean;
  /** Why it does nothing; it stays in reach, so that everybody can find out. */
  refusal?: string | null;
  /** Which edge the tip keeps to, near the edges of the stage. */
  tip?: "start" | "center" | "end";
  children: ReactNode;
  ref?: React.Ref<HTMLButtonElement>;
}

const TIPS = {
  start: "left-0",
  center: "left-1/2 -translate-x-1/2",
  end: "right-0",
};

/** Its tip is part of it and not of the page, because only the stage is seen in full screen. */
export function ControlButton({
  label,
  shortcut,
  pressed,
  refusal = null,
  tip = "center",
  className,
  children,
  ...rest
}: ControlButtonProps) {
  return (
    <button
      type="button"
      aria-label={refusal === null ? label : `${label}. ${refusal}`}
      aria-pressed={pressed}
      aria-disabled={refusal !== null || undefined}
      className={cx(
        "group/control relative grid size-11 shrink-0 place-items-center rounded-xl text-white outline-offset-0",
        "transition-[background-color,transform] duration-150 hover:bg-white/15 active:scale-95",
        "aria-disabled:text-white/45 [&>svg]:size-5.5 [&>svg]:drop-shadow",
        className,
      )}
      {...rest}
    >
      {children}
      <span
        aria-hidden="true"
        className={cx(
          "pointer-events-none absolute bottom-full z-10 mb-2 w-max max-w-56 rounded-lg bg-black/85 px-2.5 py-1.5 text-left text-xs font-medium text-white opacity-0 ring-1 ring-white/10 transition-opacity delay-0 duration-100",
          "group-hover/control:opacity-100 group-hover/control:delay-300 group-focus-visible/control:opacity-100 pointer-coarse:hidden",
          "group-aria-expanded/control:hidden",
          TIPS[tip],
        )}
      >
        {refusal ?? label}
        {shortcut && refusal === null && (
          <kbd className="ml-2 rounded bg-white/15 px-1 font-sans text-[0.6875rem]">{shortcut}</kbd>
        )}
      </span>
    </button>
  );
}

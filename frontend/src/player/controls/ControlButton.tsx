import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cx } from "@/ui/cx";

interface ControlButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  /** The key that does the same; shown after the label. */
  shortcut?: string;
  pressed?: boolean | undefined;
  /** Why it does nothing; the button stays focusable, so that everyone can find out. */
  refusal?: string | null;
  shape?: "plain" | "disc";
  /** How the tooltip is aligned, for buttons near the edges of the stage. */
  tip?: "start" | "center" | "end";
  children: ReactNode;
  ref?: React.Ref<HTMLButtonElement>;
}

const TIPS = {
  start: "start-0",
  center: "left-1/2 -translate-x-1/2",
  end: "end-0",
};

const SHAPES = {
  plain: "size-11 rounded-xl",
  disc: "size-14 rounded-full bg-black/50 backdrop-blur-sm",
};

/** Its tooltip is a child of the button, because a portal for each control would be many. */
export function ControlButton({
  label,
  shortcut,
  pressed,
  refusal = null,
  shape = "plain",
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
        "group/control relative grid shrink-0 place-items-center text-white",
        "transition-[background-color,transform] duration-150 hover:bg-white/15 active:scale-95",
        "aria-disabled:text-white/45 [&>svg]:size-5.5 [&>svg]:drop-shadow",
        SHAPES[shape],
        className,
      )}
      {...rest}
    >
      {children}
      <span
        aria-hidden="true"
        className={cx(
          "pointer-events-none absolute bottom-full z-10 mb-2 w-max max-w-56 rounded-lg bg-black/85 px-2.5 py-1.5 text-start text-xs font-medium text-white opacity-0 ring-1 ring-white/10 transition-opacity delay-0 duration-100",
          "group-hover/control:opacity-100 group-hover/control:delay-300 group-focus-visible/control:opacity-100 pointer-coarse:hidden",
          "group-aria-expanded/control:hidden",
          TIPS[tip],
        )}
      >
        {refusal ?? label}
        {shortcut && refusal === null && (
          <kbd className="ms-2 rounded bg-white/15 px-1 font-sans text-[0.6875rem]">{shortcut}</kbd>
        )}
      </span>
    </button>
  );
}

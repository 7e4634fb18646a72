import { Slot } from "radix-ui";
import type { ButtonHTMLAttributes } from "react";
import { cx } from "./cx";
import { Spinner } from "./Spinner";

type Variant = "primary" | "secondary" | "ghost" | "danger" | "danger-ghost";
type Size = "md" | "lg";

const BASE =
  "inline-flex items-center justify-center gap-2 font-semibold select-none " +
  "transition-[background-color,box-shadow,transform] duration-150 active:scale-[0.985] " +
  "disabled:opacity-50 disabled:active:scale-100 aria-disabled:opacity-50 [&_svg]:shrink-0";

const VARIANTS: Record<Variant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover shadow-[0_8px_28px_-10px_var(--accent)]",
  secondary:
    "bg-hover text-text ring-1 ring-inset ring-line hover:bg-raised hover:ring-line-strong",
  ghost: "text-text hover:bg-hover",
  danger: "bg-danger text-white hover:bg-danger-hover",
  "danger-ghost": "text-danger-text hover:bg-danger-soft",
};

const SIZES: Record<Size, string> = {
  md: "whitespace-nowrap min-h-11 px-4 rounded-xl text-[0.9375rem] [&_svg]:size-[1.125rem]",
  // A longer language than English may need a second line on the narrowest phones.
  lg: "sm:whitespace-nowrap min-h-14 px-7 rounded-2xl text-lg [&_svg]:size-5",
};

/** The class names, for a link that looks like a button. */
export function buttonClass(variant: Variant = "secondary", size: Size = "md"): string {
  return cx(BASE, VARIANTS[variant], SIZES[size]);
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: Variant;
  size?: Size;
  /** Shows a spinner and ignores clicks. */
  busy?: boolean;
  asChild?: boolean;
  ref?: React.Ref<HTMLButtonElement>;
}

export function Button({
  variant = "secondary",
  size = "md",
  busy = false,
  asChild = false,
  className,
  disabled,
  children,
  ...rest
}: ButtonProps) {
  const classes = cx(buttonClass(variant, size), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      className={classes}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

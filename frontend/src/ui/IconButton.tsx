import type { ButtonHTMLAttributes } from "react";
import { cx } from "./cx";
import { Tooltip } from "./Tooltip";

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** Read aloud, and shown as the tooltip. */
  label: string;
  variant?: "ghost" | "solid";
  /** Pressed state of a toggle; leave out for plain actions. */
  pressed?: boolean;
  ref?: React.Ref<HTMLButtonElement>;
}

export function IconButton({
  label,
  variant = "ghost",
  pressed,
  className,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <button
        type="button"
        aria-label={label}
        aria-pressed={pressed}
        className={cx(
          "inline-grid size-11 shrink-0 place-items-center rounded-xl transition-colors duration-150",
          "disabled:opacity-40 [&_svg]:size-5",
          variant === "solid" ? "bg-raised ring-1 ring-inset ring-line" : "hover:bg-hover",
          pressed && "text-accent-text",
          className,
        )}
        {...rest}
      >
        {children}
      </button>
    </Tooltip>
  );
}

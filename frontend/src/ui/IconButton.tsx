import { Tooltip as Radix } from "radix-ui";
import type { ButtonHTMLAttributes, ReactElement, ReactNode } from "react";
import { cx } from "./cx";

interface TooltipProps {
  text: ReactNode;
  side?: "top" | "bottom" | "left" | "right";
  children: ReactElement;
}

/** Each tooltip has its own provider, so that pages without tooltips load none of it. */
function Tooltip({ text, side = "top", children }: TooltipProps) {
  return (
    <Radix.Provider delayDuration={400}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            side={side}
            sideOffset={6}
            collisionPadding={8}
            className="z-50 max-w-64 animate-appear rounded-lg bg-raised px-2.5 py-1.5 text-sm text-text shadow-high ring-1 ring-line"
          >
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** The accessible name and the tooltip. */
  label: string;
  variant?: "ghost" | "solid";
  /** The state of a toggle; omit for plain actions. */
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

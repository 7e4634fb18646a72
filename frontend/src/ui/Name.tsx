import type { ReactNode } from "react";
import { cx } from "./cx";

interface NameProps {
  className?: string | undefined;
  children: ReactNode;
}

/**
 * A name or title that someone chose, in one line: isolated from the text around it, and cut at its own end. A
 * right-to-left name in a box of the page's direction would be cut at its beginning.
 */
export function Name({ className, children }: NameProps) {
  return (
    <bdi className={cx("inline-block max-w-full truncate align-bottom", className)}>{children}</bdi>
  );
}

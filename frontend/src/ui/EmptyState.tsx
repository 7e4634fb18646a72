import type { ReactNode } from "react";

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  /** The one thing to do next. */
  action?: ReactNode;
  headingLevel?: "h1" | "h2";
}

export function EmptyState({
  icon,
  title,
  children,
  action,
  headingLevel: Heading = "h2",
}: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-4 py-14 text-center">
      {icon && (
        <div
          aria-hidden="true"
          className="mb-2 grid size-16 place-items-center rounded-3xl bg-accent-soft text-accent-text [&_svg]:size-7"
        >
          {icon}
        </div>
      )}
      <Heading className="text-xl font-bold tracking-tight text-balance">{title}</Heading>
      {children && <div className="text-muted text-pretty">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

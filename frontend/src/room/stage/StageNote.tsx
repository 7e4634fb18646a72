import type { ReactNode } from "react";

interface StageNoteProps {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

/** A message on an empty stage. On a phone it has only the height of a small film. */
export function StageNote({ icon, title, children, action }: StageNoteProps) {
  return (
    <div className="flex max-w-md flex-col items-center text-center">
      <div
        aria-hidden="true"
        className="mb-4 hidden size-16 place-items-center rounded-3xl bg-accent-soft text-accent-text @md:grid [&_svg]:size-7"
      >
        {icon}
      </div>
      <h2 className="text-xl font-bold tracking-tight text-balance">{title}</h2>
      <p className="mt-2 text-sm text-pretty text-muted @md:text-base">{children}</p>
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

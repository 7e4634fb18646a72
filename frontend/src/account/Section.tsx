import { type ReactNode, useId } from "react";

interface SectionProps {
  title: string;
  intro?: ReactNode;
  children: ReactNode;
}

export function Section({ title, intro, children }: SectionProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="grid gap-5 border-t border-line py-8 first:border-t-0 md:grid-cols-[16rem_1fr] md:gap-10"
    >
      <div>
        <h2 id={id} className="text-lg font-semibold tracking-tight">
          {title}
        </h2>
        {intro && <p className="mt-1 text-[0.9375rem] text-pretty text-muted">{intro}</p>}
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}

import type { FormEvent, ReactNode } from "react";
import { Button } from "@/ui/Button";

interface EntryCardProps {
  title: string;
  intro?: ReactNode;
  submitLabel: string;
  busy: boolean;
  message: string | null;
  onSubmit: (form: FormData) => void;
  /** Links below the button, such as to registration. */
  footer?: ReactNode;
  children?: ReactNode;
}

/** The frame of the sign-in, registration, set-up and reset pages: a heading, a few fields, a button. */
export function EntryCard({
  title,
  intro,
  submitLabel,
  busy,
  message,
  onSubmit,
  footer,
  children,
}: EntryCardProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget));
  }
  return (
    <div className="mx-auto w-full max-w-md px-4 py-8 sm:py-14">
      <div className="rounded-3xl bg-surface p-6 shadow-high ring-1 ring-line sm:p-9">
        <h1 className="text-title font-bold">{title}</h1>
        {intro && <p className="mt-2 text-pretty text-muted">{intro}</p>}
        <form onSubmit={submit} className="mt-6 flex flex-col gap-4">
          {children}
          {message && (
            <p role="alert" className="rounded-xl bg-danger-soft px-4 py-3 text-danger-text">
              {message}
            </p>
          )}
          <Button type="submit" variant="primary" size="lg" busy={busy} className="mt-2">
            {submitLabel}
          </Button>
        </form>
        {footer && <div className="mt-6 flex flex-col gap-1 text-center text-muted">{footer}</div>}
      </div>
    </div>
  );
}

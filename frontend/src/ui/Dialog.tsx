import { t } from "@lingui/core/macro";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./cx";
import { useDialogFocus } from "./focusReturn";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  size?: "sm" | "md" | "lg";
  children: ReactNode;
}

const WIDTHS = { sm: "sm:max-w-sm", md: "sm:max-w-lg", lg: "sm:max-w-3xl" };

export const OVERLAY = "fixed inset-0 z-40 animate-appear bg-scrim backdrop-blur-sm";

/** A sheet from the bottom on phones, a centred card elsewhere. */
export const PANEL =
  "fixed inset-x-0 bottom-0 z-40 max-h-[92dvh] animate-rise overflow-y-auto rounded-t-3xl bg-surface " +
  "p-5 pb-[max(1.25rem,env(safe-area-inset-bottom))] shadow-high ring-1 ring-line " +
  "sm:inset-0 sm:m-auto sm:h-fit sm:w-[calc(100%-2rem)] sm:rounded-3xl sm:p-7";

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  size = "md",
  children,
}: DialogProps) {
  const focus = useDialogFocus(open);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={OVERLAY} />
        <Radix.Content
          className={cx(PANEL, WIDTHS[size])}
          {...focus}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <div className="mb-5 flex items-start justify-between gap-4">
            <div>
              <Radix.Title className="text-xl font-bold tracking-tight">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-1 text-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close
              aria-label={t`Close`}
              className="-mt-2 -me-2 grid size-11 shrink-0 place-items-center rounded-xl text-muted hover:bg-hover hover:text-text"
            >
              <X className="size-5" aria-hidden="true" />
            </Radix.Close>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

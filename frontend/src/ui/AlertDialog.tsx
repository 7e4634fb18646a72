import { t } from "@lingui/core/macro";
import { AlertDialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./Button";
import { cx } from "./cx";
import { OVERLAY, PANEL } from "./Dialog";
import { useDialogFocus } from "./focusReturn";

interface AlertDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  /** The verb itself ("Delete account"), never "OK". */
  confirmLabel: string;
  onConfirm: () => void;
  cancelLabel?: string;
  tone?: "danger" | "primary";
  /** Called for the cancel button and the Escape key. */
  onCancel?: () => void;
  children?: ReactNode;
}

export function AlertDialog({
  open,
  onOpenChange,
  title,
  description,
  confirmLabel,
  onConfirm,
  cancelLabel = t`Cancel`,
  tone = "danger",
  onCancel,
  children,
}: AlertDialogProps) {
  const focus = useDialogFocus(open);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={OVERLAY} />
        <Radix.Content
          className={cx(PANEL, "text-text sm:max-w-md")}
          {...focus}
          onEscapeKeyDown={onCancel}
        >
          <Radix.Title className="text-xl font-bold tracking-tight">{title}</Radix.Title>
          <Radix.Description className="mt-2 text-muted">{description}</Radix.Description>
          {children}
          <div className="mt-6 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
            <Radix.Cancel asChild>
              <Button variant="ghost" onClick={onCancel}>
                {cancelLabel}
              </Button>
            </Radix.Cancel>
            <Radix.Action asChild>
              <Button variant={tone} onClick={onConfirm}>
                {confirmLabel}
              </Button>
            </Radix.Action>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

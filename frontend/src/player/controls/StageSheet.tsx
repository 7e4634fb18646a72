import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { OVERLAY, PANEL } from "@/ui/Dialog";

interface StageSheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** The stage while it is in full screen, because the sheet would be invisible elsewhere. */
  container: HTMLElement | null;
  children: ReactNode;
}

export function StageSheet({ open, onOpenChange, title, container, children }: StageSheetProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal container={container}>
        <Dialog.Overlay className={OVERLAY} />
        <Dialog.Content className={`${PANEL} text-text sm:max-w-md`} aria-describedby={undefined}>
          <div className="mb-4 flex items-center justify-between gap-4">
            <Dialog.Title className="text-xl font-bold tracking-tight">{title}</Dialog.Title>
            <Dialog.Close
              aria-label="Close"
              className="-mr-2 grid size-11 shrink-0 place-items-center rounded-xl text-muted hover:bg-hover hover:text-text"
            >
              <X className="size-5" aria-hidden="true" />
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

import { t } from "@lingui/core/macro";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useSingleKey } from "@/ui/useSingleKey";

interface PanelDrawerProps {
  /** The panel can be closed, and the film has the whole window then. */
  drawer: boolean;
  open: boolean;
  onClose: () => void;
  className: string;
  children: ReactNode;
}

/** The panel with chat and people. It is always beside the film and never over it, where it would cover the controls. */
export function PanelDrawer({ drawer, open, onClose, className, children }: PanelDrawerProps) {
  useSingleKey(drawer && open ? "Escape" : null, onClose);
  return (
    <aside aria-label={t`Chat and people`} hidden={drawer && !open} className={className}>
      {drawer && (
        <button
          type="button"
          aria-label={t`Close chat`}
          onClick={onClose}
          className="absolute top-0 end-0 z-10 grid size-11 place-items-center rounded-xl hover:bg-hover"
        >
          <X className="size-5" aria-hidden="true" />
        </button>
      )}
      {children}
    </aside>
  );
}

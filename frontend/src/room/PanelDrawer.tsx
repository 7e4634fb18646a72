import { MessageCircle, X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { CountBadge } from "@/ui/Badge";
import { cx } from "@/ui/cx";

interface PanelDrawerProps {
  /** A drawer over the film instead of a permanent panel beside it. */
  drawer: boolean;
  open: boolean;
  unread: number;
  onOpenChange: (open: boolean) => void;
  className?: string;
  children: ReactNode;
}

export function PanelDrawer(props: PanelDrawerProps) {
  const { drawer, open, unread, onOpenChange, className, children } = props;
  const box = useRef<HTMLElement>(null);
  const hidden = drawer && !open;

  useEffect(() => {
    if (!drawer || !open) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === "Escape" && box.current?.contains(document.activeElement)) {
        onOpenChange(false);
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [drawer, open, onOpenChange]);

  return (
    <>
      {hidden && (
        <button
          type="button"
          aria-label="Open chat"
          onClick={() => onOpenChange(true)}
          className="absolute top-3 right-3 z-20 flex size-12 items-center justify-center rounded-full bg-black/60 text-white backdrop-blur transition-opacity duration-200 hover:bg-black/80 [:root:has(.stage_[data-idle=true])_&:not(:hover,:focus)]:opacity-40"
        >
          <MessageCircle className="size-5" aria-hidden="true" />
          <span className="absolute -top-1 -right-1">
            <CountBadge count={unread} meaning="unread" />
          </span>
        </button>
      )}
      <aside
        ref={box}
        aria-label="Chat and people"
        hidden={hidden}
        className={cx(
          drawer
            ? "absolute inset-y-0 right-0 z-20 w-[min(22rem,60vw)] animate-rise bg-surface/92 shadow-high backdrop-blur-md [&_[role=tablist]]:pr-11"
            : className,
        )}
      >
        {drawer && (
          <button
            type="button"
            aria-label="Close chat"
            onClick={() => onOpenChange(false)}
            className="absolute top-0 right-0 z-10 grid size-11 place-items-center rounded-xl hover:bg-hover"
          >
            <X className="size-5" aria-hidden="true" />
          </button>
        )}
        {children}
      </aside>
    </>
  );
}

import { t } from "@lingui/core/macro";
import { X } from "lucide-react";
import { useEffect } from "react";
import { create } from "zustand";
import { cx } from "./cx";
import { useMedia } from "./window/useMedia";

export interface ToastOptions {
  tone?: "neutral" | "good" | "danger";
  action?: { label: string; run: () => void };
  /** How long it stays. By default, a toast with an action stays longer. */
  lasts_ms?: number;
  /** Called when the toast disappears without its action having been used. */
  onExpire?: () => void;
}

interface Toast extends ToastOptions {
  id: number;
  text: string;
}

const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));
let lastId = 0;

/** Can be called from anywhere, including outside React. Returns the id for `dismissToast`. */
export function showToast(text: string, options: ToastOptions = {}): number {
  lastId += 1;
  const toast = { ...options, id: lastId, text };
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts, toast] }));
  return toast.id;
}

export function dismissToast(id: number, actionTaken = false): void {
  const toast = useToasts.getState().toasts.find((one) => one.id === id);
  if (!toast) return;
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((one) => one.id !== id) }));
  if (!actionTaken) toast.onExpire?.();
}

const EDGES = {
  neutral: "before:bg-accent",
  good: "before:bg-good-text",
  danger: "before:bg-danger-text",
};

function ToastCard({ toast }: { toast: Toast }) {
  const { id, lasts_ms = toast.action ? 8000 : 4500 } = toast;
  useEffect(() => {
    const timer = setTimeout(() => dismissToast(id), lasts_ms);
    return () => clearTimeout(timer);
  }, [id, lasts_ms]);

  return (
    <div
      className={cx(
        "pointer-events-auto relative flex w-full animate-rise items-center gap-2 overflow-hidden rounded-2xl bg-raised py-1.5 pe-1.5 ps-5 shadow-high ring-1 ring-line sm:w-96",
        "before:absolute before:inset-y-0 before:start-0 before:w-1",
        EDGES[toast.tone ?? "neutral"],
      )}
    >
      <p className="min-w-0 grow py-2 text-[0.9375rem]">{toast.text}</p>
      {toast.action && (
        <button
          type="button"
          className="min-h-11 shrink-0 rounded-xl px-3 font-semibold text-accent-text hover:bg-hover"
          onClick={() => {
            toast.action?.run();
            dismissToast(id, true);
          }}
        >
          {toast.action.label}
        </button>
      )}
      <button
        type="button"
        aria-label={t`Dismiss`}
        className="grid size-11 shrink-0 place-items-center rounded-xl text-muted hover:bg-hover"
        onClick={() => dismissToast(id)}
      >
        <X className="size-4" aria-hidden="true" />
      </button>
    </div>
  );
}

/** A phone in either position has room for one. */
const NARROW = "(max-width: 40rem), (max-height: 30rem)";

/** The toasts that are shown, in their order; an error does not wait behind good news. */
export function shownToasts<T extends Pick<Toast, "tone">>(
  toasts: readonly T[],
  narrow: boolean,
): readonly T[] {
  if (!narrow) return toasts.slice(0, 3);
  return [toasts.find(({ tone }) => tone === "danger") ?? toasts[0]].filter((one) => one != null);
}

/**
 * Mounted once. The live region must exist before the first toast, or screen readers would miss it. Pages with a text
 * field at the bottom set `data-toasts="top"` on <html>.
 */
export function Toaster() {
  const toasts = useToasts((state) => state.toasts);
  const narrow = useMedia(NARROW);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-50 flex flex-col items-center gap-2 p-4 pb-[max(1rem,env(safe-area-inset-bottom))] sm:items-end in-data-[toasts=top]:top-14 in-data-[toasts=top]:bottom-auto in-data-[toasts=top]:sm:items-center"
    >
      {shownToasts(toasts, narrow).map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

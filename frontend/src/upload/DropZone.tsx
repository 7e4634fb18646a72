import { t } from "@lingui/core/macro";
import { Film } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { cx } from "@/ui/cx";
import { useIsDragging } from "@/ui/window/DropTarget";
import { ACCEPT } from "./preflight";

interface DropZoneProps {
  onFiles: (files: File[]) => void;
  multiple?: boolean;
  title?: string | undefined;
  hint?: ReactNode;
  /** A low strip above other content. */
  compact?: boolean;
  className?: string | undefined;
}

/** Touch screens offer choosing only. */
function invitation(multiple: boolean): string {
  const canDrop = matchMedia("(pointer: fine)").matches;
  if (multiple) return canDrop ? t`Drop films here or browse` : t`Choose films`;
  return canDrop ? t`Drop a film here or browse` : t`Choose a film`;
}

/** A button for the file picker that shows that films can be dropped; the page receives them with `useDropped`. */
export function DropZone({
  onFiles,
  multiple = false,
  title = invitation(multiple),
  hint = t`MP4, MKV, MOV, WebM and more`,
  compact = false,
  className,
}: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const dragging = useIsDragging();

  function accept(list: FileList | null) {
    const files = Array.from(list ?? []);
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
  }

  return (
    <div className={className}>
      <button
        type="button"
        onClick={() => input.current?.click()}
        className={cx(
          "flex w-full items-center rounded-2xl border-2 border-dashed transition-colors",
          compact ? "gap-4 p-4 text-start" : "flex-col gap-3 px-4 py-8 text-center",
          dragging
            ? "border-accent bg-accent-soft"
            : "border-line-strong hover:border-muted hover:bg-hover",
        )}
      >
        <span className="grid size-12 shrink-0 place-items-center rounded-2xl bg-accent-soft text-accent-text">
          <Film className="size-6" aria-hidden="true" />
        </span>
        <span>
          <span className="block font-semibold">{title}</span>
          <span className="mt-0.5 block text-sm text-muted">{hint}</span>
        </span>
      </button>
      <input
        ref={input}
        type="file"
        accept={ACCEPT}
        multiple={multiple}
        className="hidden"
        aria-label={title}
        onChange={(event) => {
          accept(event.target.files);
          // So that choosing the same file again fires a change event.
          event.target.value = "";
        }}
      />
    </div>
  );
}

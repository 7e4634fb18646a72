import { Film } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { cx } from "@/ui/cx";
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
  if (multiple) return canDrop ? "Drop films here or browse" : "Choose films";
  return canDrop ? "Drop a film here or browse" : "Choose a film";
}

/** A drop target for films that is also a button for the file picker. */
export function DropZone({
  onFiles,
  multiple = false,
  title = invitation(multiple),
  hint = "MP4, MKV, MOV, WebM and more",
  compact = false,
  className,
}: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const [dragOver, setDragOver] = useState(false);

  function accept(list: FileList | null) {
    const files = Array.from(list ?? []);
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setDragOver(false);
    accept(event.dataTransfer.files);
  }

  return (
    <div className={className}>
      <button
        type="button"
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setDragOver(true);
        }}
        onDragLeave={() => setDragOver(false)}
        onDrop={drop}
        className={cx(
          "flex w-full items-center rounded-2xl border-2 border-dashed transition-colors",
          compact ? "gap-4 p-4 text-left" : "flex-col gap-3 px-4 py-8 text-center",
          dragOver
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

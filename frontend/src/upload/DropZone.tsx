import { Film } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { cx } from "@/ui/cx";
import { ACCEPT } from "./preflight";

interface DropZoneProps {
  onFiles: (files: File[]) => void;
  multiple?: boolean;
  title?: string;
  hint?: ReactNode;
  className?: string;
}

/** A place to drop films on, which is also a button that opens the file picker. */
export function DropZone({
  onFiles,
  multiple = false,
  title = "Drop a film here, or choose one",
  hint = "MP4, MKV, MOV, WebM and most others",
  className,
}: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  function take(list: FileList | null) {
    const files = Array.from(list ?? []);
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  }

  return (
    <div className={className}>
      <button
        type="button"
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={cx(
          "flex w-full flex-col items-center gap-1.5 rounded-2xl border-2 border-dashed px-4 py-8 text-center transition-colors",
          over
            ? "border-accent bg-accent-soft"
            : "border-line-strong hover:border-muted hover:bg-hover",
        )}
      >
        <span className="mb-1.5 grid size-12 place-items-center rounded-2xl bg-accent-soft text-accent-text">
          <Film className="size-6" aria-hidden="true" />
        </span>
        <span className="font-semibold">{title}</span>
        <span className="text-sm text-muted">{hint}</span>
      </button>
      <input
        ref={input}
        type="file"
        accept={ACCEPT}
        multiple={multiple}
        className="hidden"
        aria-label={title}
        onChange={(event) => {
          take(event.target.files);
          // So that choosing the same file again is a change too.
          event.target.value = "";
        }}
      />
    </div>
  );
}

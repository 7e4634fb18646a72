import { Upload as UploadIcon } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { cx } from "@/ui/cx";
import { ACCEPT } from "@/upload/preflight";

interface DropZoneProps {
  onFile: (file: File) => void;
  compact?: boolean;
}

/** Takes one film by drop, click or key: the label is the target, the field does the work. */
export function DropZone({ onFile, compact = false }: DropZoneProps) {
  const id = useId();
  const [over, setOver] = useState(false);

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  };

  return (
    <div className="w-full">
      <input
        id={id}
        type="file"
        accept={ACCEPT}
        className="peer sr-only"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onFile(file);
          // The same file may be chosen again after it was refused.
          event.target.value = "";
        }}
      />
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={cx(
          "flex w-full flex-col items-center justify-center gap-1 rounded-2xl border-2 border-dashed text-center transition-colors",
          "peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent-text",
          compact ? "min-h-24 p-4" : "min-h-40 p-6",
          over ? "border-accent bg-accent-soft" : "border-line-strong hover:bg-hover",
        )}
      >
        <UploadIcon className="mb-1 size-6 text-accent-text" aria-hidden="true" />
        <span className="font-semibold">Upload a film</span>
        <span className="text-sm text-muted">Drop it here, or click to choose. Any format.</span>
      </label>
    </div>
  );
}

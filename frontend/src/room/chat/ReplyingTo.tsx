import { X } from "lucide-react";
import type { ChatLine } from "@/sync/roomState";

interface ReplyingToProps {
  line: ChatLine;
  onCancel: () => void;
}

export function ReplyingTo({ line, onCancel }: ReplyingToProps) {
  return (
    <div className="mb-1.5 flex items-center gap-2 rounded-xl bg-hover py-1 pr-1 pl-3 text-sm">
      <p className="min-w-0 grow truncate text-muted">
        Reply to <bdi className="font-medium text-text">{line.name}</bdi>: {line.text}
      </p>
      <button
        type="button"
        aria-label="Don’t reply to a message"
        onClick={onCancel}
        className="grid size-8 shrink-0 place-items-center rounded-lg hover:bg-hover"
      >
        <X className="size-4" aria-hidden="true" />
      </button>
    </div>
  );
}

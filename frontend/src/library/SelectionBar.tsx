import { t } from "@lingui/core/macro";
import { Trash2 } from "lucide-react";
import { Button } from "@/ui/Button";

interface SelectionBarProps {
  count: number;
  onDelete: () => void;
  onClear: () => void;
}

export function SelectionBar({ count, onDelete, onClear }: SelectionBarProps) {
  return (
    <div
      role="toolbar"
      aria-label={t`Selected films`}
      className="sticky bottom-4 z-20 mx-auto flex w-full max-w-md animate-rise items-center gap-1 rounded-2xl bg-raised p-2 ps-5 shadow-high ring-1 ring-line"
    >
      <p className="grow font-medium tabular-nums">{t`${count} selected`}</p>
      <Button variant="ghost" onClick={onClear}>
        {t`Clear`}
      </Button>
      <Button variant="danger" onClick={onDelete}>
        <Trash2 aria-hidden="true" /> {t`Delete`}
      </Button>
    </div>
  );
}

import { t } from "@lingui/core/macro";
import { Captions, EllipsisVertical, Pencil, RotateCcw, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Video } from "@/api/videos";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { useReturnFocus } from "@/ui/focusReturn";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu";
import { SubtitlesDialog } from "./SubtitlesDialog";

export interface VideoMenuProps {
  video: Video;
  onRename: (title: string) => void;
  onRetry: () => void;
  onDelete: () => void;
}

export function VideoMenu({ video, onRename, onRetry, onDelete }: VideoMenuProps) {
  const [asking, setAsking] = useState<"title" | "subtitles" | null>(null);
  const trigger = useReturnFocus(asking !== null);
  const close = () => setAsking(null);
  return (
    <>
      <Menu
        trigger={
          <button
            ref={trigger}
            type="button"
            aria-label={t`Actions for ${video.title}`}
            className="-mt-1.5 -me-2 grid size-11 shrink-0 place-items-center rounded-xl text-muted hover:bg-hover hover:text-text"
          >
            <EllipsisVertical className="size-5" aria-hidden="true" />
          </button>
        }
      >
        <MenuItem onSelect={() => setAsking("title")}>
          <Pencil aria-hidden="true" /> {t`Rename`}
        </MenuItem>
        {video.playable && (
          <MenuItem onSelect={() => setAsking("subtitles")}>
            <Captions aria-hidden="true" /> {t`Subtitles`}
          </MenuItem>
        )}
        {video.status === "failed" && (
          <MenuItem onSelect={onRetry}>
            <RotateCcw aria-hidden="true" /> {t`Try again`}
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem tone="danger" onSelect={onDelete}>
          <Trash2 aria-hidden="true" /> {t`Delete`}
        </MenuItem>
      </Menu>
      {asking === "title" && (
        <RenameFilmDialog title={video.title} onClose={close} onRename={onRename} />
      )}
      {asking === "subtitles" && <SubtitlesDialog video={video} onClose={close} />}
    </>
  );
}

interface RenameFilmDialogProps {
  title: string;
  onClose: () => void;
  onRename: (title: string) => void;
}

function RenameFilmDialog({ title, onClose, onRename }: RenameFilmDialogProps) {
  function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onRename(String(new FormData(event.currentTarget).get("title")).trim());
    onClose();
  }
  return (
    <Dialog open onOpenChange={onClose} title={t`Rename film`} size="sm">
      <form onSubmit={save} className="flex flex-col gap-5">
        <Field label={t`Title`}>
          <Input name="title" defaultValue={title} maxLength={200} autoComplete="off" required />
        </Field>
        <Button type="submit" variant="primary">
          {t`Rename`}
        </Button>
      </form>
    </Dialog>
  );
}

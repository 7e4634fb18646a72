import type { FormEvent } from "react";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";

interface RenameDialogProps {
  title: string;
  onClose: () => void;
  onRename: (title: string) => void;
}

export function RenameDialog({ title, onClose, onRename }: RenameDialogProps) {
  function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onRename(String(new FormData(event.currentTarget).get("title")).trim());
    onClose();
  }
  return (
    <Dialog open onOpenChange={onClose} title="Rename the film" size="sm">
      <form onSubmit={save} className="flex flex-col gap-5">
        <Field label="Title">
          <Input name="title" defaultValue={title} maxLength={200} autoComplete="off" required />
        </Field>
        <Button type="submit" variant="primary">
          Rename
        </Button>
      </form>
    </Dialog>
  );
}

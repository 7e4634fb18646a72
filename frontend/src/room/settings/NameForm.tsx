import { useState } from "react";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { useChangeRoom } from "./useChangeRoom";

export function NameForm({ name }: { name: string }) {
  const [draft, setDraft] = useState(name);
  const { change, changing } = useChangeRoom();
  const changed = draft.trim() !== "" && draft.trim() !== name;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) change({ name: draft.trim() });
      }}
      className="flex items-end gap-2"
    >
      <Field label="Name of the room" className="grow">
        <Input value={draft} maxLength={80} onChange={(event) => setDraft(event.target.value)} />
      </Field>
      {changed && (
        <Button type="submit" variant="primary" busy={changing}>
          Save
        </Button>
      )}
    </form>
  );
}

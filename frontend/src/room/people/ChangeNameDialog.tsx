import { t } from "@lingui/core/macro";
import { type FormEvent, useState } from "react";
import { sentenceFor } from "@/api/errors";
import { renameMe } from "@/api/rooms";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { saveName } from "@/visitor/visitorName";
import { useRoom, useRoomState } from "../state/RoomContext";

export function ChangeNameDialog({ onClose }: { onClose: () => void }) {
  const { roomId, session, bearer } = useRoom();
  const current = useRoomState((state) => state.you?.name ?? "");
  const [name, setName] = useState(current);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const rename = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await renameMe(roomId, name.trim(), bearer());
      saveName(name.trim());
      session.renew();
      onClose();
    } catch (error) {
      setProblem(sentenceFor(error));
      setBusy(false);
    }
  };
  return (
    <Dialog open onOpenChange={onClose} title={t`Change your name`} size="sm">
      <form onSubmit={rename} className="flex flex-col gap-4">
        <Field label={t`Your name in this room`} error={problem}>
          <Input value={name} maxLength={40} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Button type="submit" variant="primary" busy={busy} disabled={name.trim() === ""}>
          {t`Save`}
        </Button>
      </form>
    </Dialog>
  );
}

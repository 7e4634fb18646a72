import { t } from "@lingui/core/macro";
import { useState } from "react";
import { sentenceFor } from "@/api/errors";
import { changeRoom } from "@/api/rooms";
import type { Person } from "@/sync/protocol";
import { AlertDialog } from "@/ui/AlertDialog";
import { isolated } from "@/ui/format";
import { Switch } from "@/ui/Switch";
import { showToast } from "@/ui/Toast";
import { useRoom, useRoomState } from "../state/RoomContext";
import { useRoomFacts } from "../state/roomFacts";
import { usePersonActions } from "./personActions";

interface BanDialogProps {
  person: Person;
  onClose: () => void;
}

/** Explains what a ban can and cannot do, and offers approval of new members in the same step. */
export default function BanDialog({ person, onClose }: BanDialogProps) {
  const { roomId, bearer } = useRoom();
  const isHost = useRoomState((state) => state.you?.role === "host");
  const facts = useRoomFacts();
  const act = usePersonActions();
  const [requireApproval, setRequireApproval] = useState(true);
  const canRequireApproval = isHost && facts.data?.access === "open";

  const ban = async () => {
    await act("ban", person);
    if (!canRequireApproval || !requireApproval) return;
    try {
      await changeRoom(roomId, { access: "knock" }, bearer());
      await facts.refetch();
    } catch (error) {
      showToast(sentenceFor(error), { tone: "danger" });
    }
  };

  return (
    <AlertDialog
      open
      onOpenChange={onClose}
      title={t`Ban ${isolated(person.name)}?`}
      description={t`${isolated(person.name)} is removed and can’t rejoin from this browser, account or network. To keep out determined people, approve everyone who joins.`}
      confirmLabel={t`Ban`}
      onConfirm={() => void ban()}
    >
      {canRequireApproval && (
        <div className="mt-4 rounded-2xl bg-hover p-3">
          <Switch
            label={t`Approve people before they join`}
            hint={t`You’ll be asked about each one.`}
            checked={requireApproval}
            onChange={setRequireApproval}
          />
        </div>
      )}
    </AlertDialog>
  );
}

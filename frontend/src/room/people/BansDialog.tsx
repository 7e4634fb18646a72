import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { sentenceFor } from "@/api/errors";
import { bans, liftBan } from "@/api/rooms";
import { Avatar } from "@/ui/Avatar";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { LoadingScreen } from "@/ui/Spinner";
import { showToast } from "@/ui/Toast";
import { useRoom } from "../state/RoomContext";

interface BansDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export default function BansDialog({ open, onOpenChange }: BansDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t`Banned people`}
      description={t`They can’t join until you unban them.`}
    >
      <BanList />
    </Dialog>
  );
}

function BanList() {
  const { roomId, bearer } = useRoom();
  const list = useQuery({
    queryKey: ["room", roomId, "bans"],
    queryFn: () => bans(roomId, bearer()),
    staleTime: 0,
  });
  if (list.error) return <p className="text-danger-text">{sentenceFor(list.error)}</p>;
  if (!list.data) return <LoadingScreen label={t`Loading the list`} />;
  if (list.data.items.length === 0) return <p className="text-muted">{t`No one is banned.`}</p>;

  const lift = async (id: string) => {
    try {
      await liftBan(roomId, id, bearer());
      await list.refetch();
    } catch (error) {
      showToast(sentenceFor(error), { tone: "danger" });
    }
  };
  return (
    <ul>
      {list.data.items.map((ban) => (
        <li key={ban.participant_id} className="flex min-h-14 items-center gap-3">
          <Avatar name={ban.display_name} seed={ban.participant_id} size="sm" />
          <bdi className="min-w-0 grow truncate">{ban.display_name}</bdi>
          <Button onClick={() => void lift(ban.participant_id)}>{t`Unban`}</Button>
        </li>
      ))}
    </ul>
  );
}

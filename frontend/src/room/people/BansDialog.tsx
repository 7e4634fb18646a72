import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { sentenceFor } from "@/api/errors";
import { type Ban, bans, liftBan } from "@/api/rooms";
import { Avatar } from "@/ui/Avatar";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { formatDateTime } from "@/ui/format";
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
          <div className="min-w-0 grow">
            <bdi className="block truncate">{ban.display_name}</bdi>
            <p className="text-sm text-muted">{coverageOf(ban)}</p>
          </div>
          <Button onClick={() => void lift(ban.participant_id)}>{t`Unban`}</Button>
        </li>
      ))}
    </ul>
  );
}

/** What the ban recognises besides the browser, which it always does. */
function coverageOf({ has_account, address_until }: Ban): string {
  if (address_until === null || Date.parse(address_until) <= Date.now()) {
    return has_account ? t`Browser and account` : t`Browser`;
  }
  const until = formatDateTime(address_until);
  return has_account
    ? t`Browser and account, network until ${until}`
    : t`Browser, network until ${until}`;
}

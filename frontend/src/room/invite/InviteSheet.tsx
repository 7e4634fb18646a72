import { t } from "@lingui/core/macro";
import type { Access } from "@/api/rooms";
import { Dialog } from "@/ui/Dialog";
import { QrCode } from "@/ui/QrCode";
import { Switch } from "@/ui/Switch";
import { useRoomState } from "../state/RoomContext";
import { useChangeRoom, useRoomFacts } from "../state/roomFacts";
import { Invitations } from "./Invitations";
import { LinkField } from "./LinkField";
import { type Reach, reachOf, shownLink } from "./shownLink";

interface InviteSheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The link was copied when the room was created. */
  copied: boolean;
}

const whoCanJoin = (): Record<Access, string> => ({
  open: t`Anyone with this link can join, no account needed.`,
  knock: t`Anyone with this link can ask to join, no account needed.`,
  members: t`Only invited people can join with this link.`,
});

export default function InviteSheet({ open, onOpenChange, copied }: InviteSheetProps) {
  const { data: room } = useRoomFacts();
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t`Invite friends`}
      description={whoCanJoin()[room?.access ?? "open"]}
    >
      <Sheet copied={copied} />
    </Dialog>
  );
}

const notes = (): Record<Reach, string | null> => ({
  this_machine: t`This link only works on this computer. Open the room at the network address the server printed when it started, and invite from there.`,
  network: t`This link only works on your network. To invite people elsewhere, the server needs a public address: see the self-hosting guide.`,
  everywhere: null,
});

function Sheet({ copied }: { copied: boolean }) {
  const { data: room } = useRoomFacts();
  const isHost = useRoomState((state) => state.you?.role === "host");
  const canModerate = useRoomState((state) => state.you?.can_moderate ?? false);
  const link = shownLink(room?.url, window.location.href);
  const note = notes()[reachOf(link)];
  return (
    <div className="flex flex-col gap-5">
      <LinkField link={link} copiedBefore={copied} />
      {note && (
        <p className="rounded-xl bg-warn-soft px-4 py-3 text-sm text-pretty text-warn-text">
          {note}
        </p>
      )}
      <QrCode text={link} label={t`QR code of the room link`} />
      {isHost && <ApprovalSwitch />}
      {canModerate && <Invitations />}
    </div>
  );
}

/** Switches approval of new members. The third mode, invited people only, is in the settings. */
function ApprovalSwitch() {
  const { data: room } = useRoomFacts();
  const { change, changing } = useChangeRoom();
  if (!room || room.access === "members") return null;
  return (
    <Switch
      label={t`Approve people before they join`}
      hint={t`You’ll be asked about each one.`}
      checked={room.access === "knock"}
      disabled={changing}
      onChange={(asks) => change({ access: asks ? "knock" : "open" })}
    />
  );
}

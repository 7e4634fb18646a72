import { Dialog } from "@/ui/Dialog";
import { useRoomState } from "../RoomContext";
import { useRoomFacts } from "../useRoomFacts";
import { AskFirstSwitch } from "./AskFirstSwitch";
import { LinkField } from "./LinkField";
import { PersonalInvitations } from "./PersonalInvitations";
import { QrCode } from "./QrCode";
import { isLocalOnly, shownLink } from "./shownLink";

interface InviteSheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export default function InviteSheet({ open, onOpenChange }: InviteSheetProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Invite friends"
      description="Whoever has the link can join from any browser, without an account."
    >
      <Sheet />
    </Dialog>
  );
}

function Sheet() {
  const { data: room } = useRoomFacts();
  const isHost = useRoomState((state) => state.you?.role === "host");
  const canModerate = useRoomState((state) => state.you?.can_moderate ?? false);
  const link = shownLink(room?.url, window.location.href);
  return (
    <div className="flex flex-col gap-5">
      <LinkField link={link} />
      {isLocalOnly(link) && (
        <p className="rounded-xl bg-warn-soft px-4 py-3 text-sm text-warn-text">
          This link works on this computer only. Open the room by the network address that the
          server printed when it started, then invite from there.
        </p>
      )}
      <QrCode text={link} label="QR code of the link to this room" />
      {isHost && <AskFirstSwitch />}
      {canModerate && <PersonalInvitations />}
    </div>
  );
}

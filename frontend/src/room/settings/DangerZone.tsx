import { t } from "@lingui/core/macro";
import { DoorClosed, Link2Off } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { sentenceFor } from "@/api/errors";
import { closeRoom, newRoomLink } from "@/api/rooms";
import { copyText } from "@/browser/copyText";
import { AlertDialog } from "@/ui/AlertDialog";
import { Button } from "@/ui/Button";
import { showToast } from "@/ui/Toast";
import { forgetRoom } from "@/visitor/recentRooms";
import { useRoom } from "../state/RoomContext";

/** Actions that cannot be undone: they ask first and say what will happen. */
export function DangerZone() {
  const { roomId } = useRoom();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<"link" | "close" | null>(null);

  const attempt = async (run: () => Promise<void>) => {
    try {
      await run();
    } catch (error) {
      showToast(sentenceFor(error), { tone: "danger" });
    }
  };
  const renewLink = () =>
    attempt(async () => {
      const room = await newRoomLink(roomId);
      const copied = await copyText(new URL(room.url, window.location.href).href);
      showToast(copied ? t`New link copied.` : t`New link ready under Invite.`);
    });
  const close = () =>
    attempt(async () => {
      await closeRoom(roomId);
      forgetRoom(roomId);
      showToast(t`Room closed.`);
      navigate("/");
    });

  return (
    <div className="flex flex-wrap gap-2 border-t border-line pt-4">
      <Button onClick={() => setAsking("link")}>
        <Link2Off aria-hidden="true" />
        {t`Replace link`}
      </Button>
      <Button variant="danger-ghost" onClick={() => setAsking("close")}>
        <DoorClosed aria-hidden="true" />
        {t`Close room`}
      </Button>
      <AlertDialog
        open={asking === "link"}
        onOpenChange={() => setAsking(null)}
        title={t`Replace the link?`}
        description={t`The old link stops working. People already here stay.`}
        confirmLabel={t`Replace link`}
        tone="primary"
        onConfirm={() => void renewLink()}
      />
      <AlertDialog
        open={asking === "close"}
        onOpenChange={() => setAsking(null)}
        title={t`Close this room?`}
        description={t`Everyone is removed and the link stops working. Your films stay in your library.`}
        confirmLabel={t`Close room`}
        onConfirm={() => void close()}
      />
    </div>
  );
}

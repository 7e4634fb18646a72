import { DoorClosed, Link2Off } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { sentenceFor } from "@/api/errors";
import { closeRoom, newRoomLink } from "@/api/rooms";
import { AlertDialog } from "@/ui/AlertDialog";
import { Button } from "@/ui/Button";
import { copyText } from "@/ui/copyText";
import { showToast } from "@/ui/Toast";
import { forgetRoom } from "@/visitor/recentRooms";
import { useRoom } from "../state/RoomContext";

/** What cannot be taken back asks first and says what will happen. */
export function DangerZone() {
  const { roomId } = useRoom();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<"link" | "close" | null>(null);

  const attempt = async (deed: () => Promise<void>) => {
    try {
      await deed();
    } catch (error) {
      showToast(sentenceFor(error), { tone: "danger" });
    }
  };
  const renewLink = () =>
    attempt(async () => {
      const room = await newRoomLink(roomId);
      const copied = await copyText(new URL(room.url, window.location.href).href);
      showToast(copied ? "New link copied" : "New link made. You find it under Invite.");
    });
  const close = () =>
    attempt(async () => {
      await closeRoom(roomId);
      forgetRoom(roomId);
      showToast("The room is closed.");
      navigate("/");
    });

  return (
    <div className="flex flex-wrap gap-2 border-t border-line pt-4">
      <Button onClick={() => setAsking("link")}>
        <Link2Off aria-hidden="true" />
        New link
      </Button>
      <Button className="text-danger-text" onClick={() => setAsking("close")}>
        <DoorClosed aria-hidden="true" />
        Close room
      </Button>
      <AlertDialog
        open={asking === "link"}
        onOpenChange={() => setAsking(null)}
        title="Make a new link?"
        description="The current link stops letting new people in. Everybody who is here stays."
        confirmLabel="Make new link"
        tone="primary"
        onConfirm={() => void renewLink()}
      />
      <AlertDialog
        open={asking === "close"}
        onOpenChange={() => setAsking(null)}
        title="Close this room?"
        description="Everybody leaves and the link stops working. Your films stay in your library."
        confirmLabel="Close the room"
        onConfirm={() => void close()}
      />
    </div>
  );
}

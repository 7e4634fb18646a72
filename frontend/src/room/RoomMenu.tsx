import { EllipsisVertical, Eraser, LogOut, Pencil, Volume2, VolumeX } from "lucide-react";
import { useState } from "react";
import { AlertDialog } from "@/ui/AlertDialog";
import { useReturnFocus } from "@/ui/focusReturn";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu";
import { useChatPreferences } from "./chat/chatStores";
import { RenameDialog } from "./people/ChangeNameDialog";
import { useRoom, useRoomState } from "./state/RoomContext";

/** Everything about the room that is not needed every minute. */
export function RoomMenu({ onLeave }: { onLeave: () => void }) {
  const { session } = useRoom();
  const canModerate = useRoomState((state) => state.you?.can_moderate ?? false);
  const { announces, setAnnounces } = useChatPreferences();
  const [asking, setAsking] = useState<"name" | "clear" | null>(null);
  const trigger = useReturnFocus(asking !== null);
  const AnnounceIcon = announces ? VolumeX : Volume2;
  return (
    <>
      <Menu
        trigger={
          <button
            ref={trigger}
            type="button"
            aria-label="More about this room"
            className="grid size-11 shrink-0 place-items-center rounded-xl hover:bg-hover"
          >
            <EllipsisVertical className="size-5" aria-hidden="true" />
          </button>
        }
      >
        <MenuItem onSelect={() => setAsking("name")}>
          <Pencil aria-hidden="true" />
          Change my name
        </MenuItem>
        <MenuItem onSelect={() => setAnnounces(!announces)}>
          <AnnounceIcon aria-hidden="true" />
          {announces ? "Screen readers: messages off" : "Screen readers: read messages"}
        </MenuItem>
        {canModerate && (
          <MenuItem onSelect={() => setAsking("clear")}>
            <Eraser aria-hidden="true" />
            Clear the chat…
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem onSelect={onLeave}>
          <LogOut aria-hidden="true" />
          Leave the room
        </MenuItem>
      </Menu>
      {asking === "name" && <RenameDialog onClose={() => setAsking(null)} />}
      <AlertDialog
        open={asking === "clear"}
        onOpenChange={() => setAsking(null)}
        title="Clear the chat?"
        description="All messages disappear for everybody and can’t be brought back."
        confirmLabel="Clear the chat"
        onConfirm={() => session.clearChat()}
      />
    </>
  );
}

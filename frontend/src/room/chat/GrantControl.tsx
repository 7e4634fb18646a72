import { Gamepad2 } from "lucide-react";
import type { ChatLine } from "@/sync/roomState";
import { Button } from "@/ui/Button";
import { usePersonActions } from "../people/usePersonActions";
import { useRoom, useRoomState } from "../RoomContext";
import { grantable } from "./askForControl";

/** The one tap that answers "may I have the remote control?". */
export function GrantControl({ line }: { line: ChatLine }) {
  const asker = useRoomState((state) => state.people.find((person) => person.id === line.by));
  const canModerate = useRoomState((state) => state.you?.can_moderate ?? false);
  const { session } = useRoom();
  const act = usePersonActions();
  if (!asker || !grantable({ line, asker, canModerate, now_ms: session.roomTime() ?? line.at_ms }))
    return null;
  return (
    <Button className="my-1.5 max-w-full" onClick={() => act("lend_control", asker)}>
      <Gamepad2 aria-hidden="true" />
      <span className="truncate">
        Give <bdi>{asker.name}</bdi> the remote
      </span>
    </Button>
  );
}

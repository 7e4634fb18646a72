import { Switch } from "@/ui/Switch";
import { useChangeRoom } from "../settings/useChangeRoom";
import { useRoomFacts } from "../useRoomFacts";

/** The door in one switch; rooms for invited people only are set in the settings. */
export function AskFirstSwitch() {
  const { data: room } = useRoomFacts();
  const { change, changing } = useChangeRoom();
  if (!room || room.access === "members") return null;
  return (
    <Switch
      label="Ask before letting people in"
      hint="You admit each person who opens the link."
      checked={room.access === "knock"}
      disabled={changing}
      onChange={(asks) => change({ access: asks ? "knock" : "open" })}
    />
  );
}

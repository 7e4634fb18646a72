import { LoadingScreen } from "@/ui/Spinner";
import { useRoomFacts } from "../useRoomFacts";
import { DangerZone } from "./DangerZone";
import { NameForm } from "./NameForm";
import { PasswordForm } from "./PasswordForm";
import { RoomRules } from "./RoomRules";

/** The host's panel: each change takes effect at once, there is nothing to save at the end. */
export default function SettingsPanel() {
  const { data: room } = useRoomFacts();
  if (!room) return <LoadingScreen label="Loading the settings" />;
  return (
    <div className="flex h-full flex-col gap-5 overflow-y-auto overscroll-contain p-4">
      <NameForm key={room.name} name={room.name} />
      <RoomRules room={room} />
      <PasswordForm hasPassword={room.password_required} />
      <DangerZone />
    </div>
  );
}

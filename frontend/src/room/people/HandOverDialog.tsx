import type { Person } from "@/sync/protocol";
import { AlertDialog } from "@/ui/AlertDialog";
import { usePersonActions } from "./usePersonActions";

interface HandOverDialogProps {
  person: Person;
  onClose: () => void;
}

export function HandOverDialog({ person, onClose }: HandOverDialogProps) {
  const act = usePersonActions();
  return (
    <AlertDialog
      open
      onOpenChange={onClose}
      title={`Make ${person.name} the host?`}
      description="The room becomes theirs, with its link, its settings and its people. You stay as co-host, and only they can give it back."
      confirmLabel="Hand over the room"
      tone="primary"
      onConfirm={() => void act("make_host", person)}
    />
  );
}

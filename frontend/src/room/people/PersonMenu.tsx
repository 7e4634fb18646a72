import {
  Ban,
  Crown,
  EllipsisVertical,
  Gamepad2,
  type LucideIcon,
  MessageCircle,
  MessageCircleOff,
  Shield,
  ShieldOff,
  Timer,
  UserMinus,
} from "lucide-react";
import { Fragment, useState } from "react";
import type { Person } from "@/sync/protocol";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu";
import { useReturnFocus } from "@/ui/useReturnFocus";
import { useRoomState } from "../RoomContext";
import { BanDialog } from "./BanDialog";
import { HandOverDialog } from "./HandOverDialog";
import { type PersonAction, personActions } from "./personActions";
import { usePersonActions } from "./usePersonActions";

const ENTRIES: Record<PersonAction, { icon: LucideIcon; label: string; harsh?: boolean }> = {
  lend_control: { icon: Gamepad2, label: "Let control" },
  lend_control_for_10_min: { icon: Timer, label: "Let control for 10 minutes" },
  end_control: { icon: Gamepad2, label: "Take the remote back" },
  make_moderator: { icon: Shield, label: "Make co-host" },
  make_viewer: { icon: ShieldOff, label: "No longer co-host" },
  make_host: { icon: Crown, label: "Hand over the room…" },
  mute: { icon: MessageCircleOff, label: "Mute in chat" },
  unmute: { icon: MessageCircle, label: "Unmute in chat" },
  remove: { icon: UserMinus, label: "Remove from the room", harsh: true },
  ban: { icon: Ban, label: "Ban…", harsh: true },
};

/** Two actions that are hard to undo ask first. */
type Asking = "ban" | "make_host";

export function PersonMenu({ person }: { person: Person }) {
  const you = useRoomState((state) => state.you);
  const control = useRoomState((state) => state.set?.control);
  const [asking, setAsking] = useState<Asking | null>(null);
  const trigger = useReturnFocus(asking !== null);
  const act = usePersonActions();
  const actions = you && control ? personActions(you, person, control) : [];
  if (actions.length === 0) return null;

  const choose = (action: PersonAction) => {
    if (action === "ban" || action === "make_host") setAsking(action);
    else void act(action, person);
  };
  const close = () => setAsking(null);

  return (
    <>
      <Menu
        trigger={
          <button
            ref={trigger}
            type="button"
            aria-label={`What to do with ${person.name}`}
            className="grid size-11 shrink-0 place-items-center rounded-xl text-muted hover:bg-hover hover:text-text"
          >
            <EllipsisVertical className="size-5" aria-hidden="true" />
          </button>
        }
      >
        {actions.map((action) => {
          const { icon: Icon, label, harsh } = ENTRIES[action];
          return (
            <Fragment key={action}>
              {action === "remove" && <MenuSeparator />}
              <MenuItem tone={harsh ? "danger" : undefined} onSelect={() => choose(action)}>
                <Icon aria-hidden="true" />
                {label}
              </MenuItem>
            </Fragment>
          );
        })}
      </Menu>
      {asking === "ban" && <BanDialog person={person} onClose={close} />}
      {asking === "make_host" && <HandOverDialog person={person} onClose={close} />}
    </>
  );
}

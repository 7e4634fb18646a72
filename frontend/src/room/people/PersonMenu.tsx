import { t } from "@lingui/core/macro";
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
import { Fragment, lazy, Suspense, useState } from "react";
import type { Person } from "@/sync/protocol";
import { AlertDialog } from "@/ui/AlertDialog";
import { useReturnFocus } from "@/ui/focusReturn";
import { isolated } from "@/ui/format";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu";
import { useRoomState } from "../state/RoomContext";
import { type PersonAction, personActions, usePersonActions } from "./personActions";

const BanDialog = lazy(() => import("./BanDialog"));

const entries = (): Record<
  PersonAction,
  { icon: LucideIcon; label: string; danger?: boolean }
> => ({
  delegate_control: { icon: Gamepad2, label: t`Give the remote` },
  delegate_control_for_10_min: { icon: Timer, label: t`Give the remote for 10 minutes` },
  end_control: { icon: Gamepad2, label: t`Take back the remote` },
  make_moderator: { icon: Shield, label: t`Make co-host` },
  make_viewer: { icon: ShieldOff, label: t`Remove as co-host` },
  make_host: { icon: Crown, label: t`Make host…` },
  mute: { icon: MessageCircleOff, label: t`Mute in chat` },
  unmute: { icon: MessageCircle, label: t`Unmute in chat` },
  remove: { icon: UserMinus, label: t`Remove from room`, danger: true },
  ban: { icon: Ban, label: t`Ban…`, danger: true },
});

/** These two actions are hard to undo and ask first. */
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
            aria-label={t`Actions for ${person.name}`}
            className="grid size-11 shrink-0 place-items-center rounded-xl text-muted hover:bg-hover hover:text-text"
          >
            <EllipsisVertical className="size-5" aria-hidden="true" />
          </button>
        }
      >
        {actions.map((action) => {
          const { icon: Icon, label, danger } = entries()[action];
          return (
            <Fragment key={action}>
              {action === "remove" && <MenuSeparator />}
              <MenuItem tone={danger ? "danger" : undefined} onSelect={() => choose(action)}>
                <Icon aria-hidden="true" />
                {label}
              </MenuItem>
            </Fragment>
          );
        })}
      </Menu>
      {asking === "ban" && (
        <Suspense>
          <BanDialog person={person} onClose={close} />
        </Suspense>
      )}
      {asking === "make_host" && <HandOverDialog person={person} onClose={close} />}
    </>
  );
}

interface HandOverDialogProps {
  person: Person;
  onClose: () => void;
}

function HandOverDialog({ person, onClose }: HandOverDialogProps) {
  const act = usePersonActions();
  return (
    <AlertDialog
      open
      onOpenChange={onClose}
      title={t`Ask ${isolated(person.name)} to be the host?`}
      description={t`If ${isolated(person.name)} accepts, they’ll own this room and you’ll stay as co-host. Only they can hand it back.`}
      confirmLabel={t`Ask`}
      tone="primary"
      onConfirm={() => void act("make_host", person)}
    />
  );
}

import { LogOut, UserPlus, Users } from "lucide-react";
import { SyncPill } from "@/player/SyncPill";
import { CountBadge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { IconButton } from "@/ui/IconButton";
import { RoomMenu } from "./RoomMenu";
import { useRoom, useRoomState } from "./state/RoomContext";

interface TopBarProps {
  name: string;
  compact: boolean;
  onInvite: () => void;
  onPeople: () => void;
  onHistory: () => void;
  onLeave: () => void;
}

export function TopBar({ name, compact, onInvite, onPeople, onHistory, onLeave }: TopBarProps) {
  const { session } = useRoom();
  return (
    <header className="flex h-14 shrink-0 items-center gap-1.5 pr-1.5 pl-4 sm:gap-2 sm:pr-3">
      <h1 className="min-w-0 truncate text-[1.0625rem] font-bold tracking-tight">{name}</h1>
      <div className="grow" />
      <SyncPill session={session} />
      {!compact && <PeopleButton onClick={onPeople} />}
      {compact ? (
        <IconButton label="Invite friends" className="text-accent-text" onClick={onInvite}>
          <UserPlus aria-hidden="true" />
        </IconButton>
      ) : (
        <Button variant="primary" onClick={onInvite}>
          <UserPlus aria-hidden="true" />
          Invite
        </Button>
      )}
      <RoomMenu onHistory={onHistory} onLeave={onLeave} />
      {!compact && (
        <IconButton label="Leave room" onClick={onLeave}>
          <LogOut aria-hidden="true" />
        </IconButton>
      )}
    </header>
  );
}

function PeopleButton({ onClick }: { onClick: () => void }) {
  const total = useRoomState((state) => state.total);
  const knocks = useRoomState((state) => state.knocks.length);
  return (
    <button
      type="button"
      onClick={onClick}
      className="flex min-h-11 items-center gap-1.5 rounded-xl px-2.5 text-sm font-medium text-muted hover:bg-hover hover:text-text"
    >
      <Users className="size-5" aria-hidden="true" />
      <span className="tabular-nums">{total}</span>
      <span className="sr-only">{total === 1 ? "person here" : "people here"}</span>
      <CountBadge count={knocks} meaning="waiting to join" />
    </button>
  );
}

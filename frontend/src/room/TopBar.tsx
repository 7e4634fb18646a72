import { plural, t } from "@lingui/core/macro";
import { LogOut, MessageCircle, UserPlus, Users } from "lucide-react";
import type { Ref } from "react";
import { SyncPill } from "@/player/SyncPill";
import { CountBadge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { IconButton } from "@/ui/IconButton";
import { RoomMenu } from "./RoomMenu";
import { useRoom, useRoomState } from "./state/RoomContext";
import type { RoomLayout } from "./useRoomLayout";
import "./overFilm.css";

interface TopBarProps {
  name: string;
  layout: RoomLayout;
  onInvite: () => void;
  onPeople: () => void;
  onHistory: () => void;
  onLeave: () => void;
  /** The button that shows and hides the panel; only in the immersive layout. */
  chat: ChatButtonProps;
}

const OVER_FILM =
  "over-film absolute inset-x-0 top-0 z-20 bg-linear-to-b from-black/85 via-black/55 to-transparent text-text";

/** The same in every layout. In the immersive one it is over the film and hides with the controls. */
export function TopBar({
  name,
  layout,
  onInvite,
  onPeople,
  onHistory,
  onLeave,
  chat,
}: TopBarProps) {
  const { session } = useRoom();
  const immersive = layout === "immersive";
  return (
    <header
      data-theme={immersive ? "dark" : undefined}
      className={cx(
        "@container flex h-14 shrink-0 items-center gap-1.5 pe-1.5 ps-4 sm:gap-2 sm:pe-3",
        immersive && OVER_FILM,
      )}
    >
      <h1 dir="auto" className="min-w-0 truncate text-[1.0625rem] font-bold tracking-tight">
        {name}
      </h1>
      <div className="grow" />
      <div className={cx(immersive && "rounded-full bg-black/50")}>
        <SyncPill session={session} />
      </div>
      {layout !== "stacked" && <PeopleButton onClick={onPeople} />}
      {layout === "side" ? (
        <Button variant="primary" onClick={onInvite}>
          <UserPlus aria-hidden="true" />
          {t`Invite`}
        </Button>
      ) : (
        <IconButton label={t`Invite friends`} className="text-accent-text" onClick={onInvite}>
          <UserPlus aria-hidden="true" />
        </IconButton>
      )}
      {immersive && <ChatButton {...chat} />}
      <RoomMenu onHistory={onHistory} onLeave={onLeave} />
      {layout !== "stacked" && (
        <IconButton label={t`Leave room`} className="hidden @md:inline-grid" onClick={onLeave}>
          <LogOut className="rtl:-scale-x-100" aria-hidden="true" />
        </IconButton>
      )}
    </header>
  );
}

interface ChatButtonProps {
  ref: Ref<HTMLButtonElement>;
  open: boolean;
  unread: number;
  onToggle: () => void;
}

function ChatButton({ ref, open, unread, onToggle }: ChatButtonProps) {
  return (
    <span className="relative">
      <IconButton ref={ref} label={open ? t`Close chat` : t`Open chat`} onClick={onToggle}>
        <MessageCircle className={cx(open && "fill-current")} aria-hidden="true" />
      </IconButton>
      <span className="pointer-events-none absolute -top-0.5 -end-0.5">
        <CountBadge count={unread} meaning={t`unread`} />
      </span>
    </span>
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
      <span className="sr-only">{plural(total, { one: "person here", other: "people here" })}</span>
      <CountBadge count={knocks} meaning={t`waiting to join`} />
    </button>
  );
}

import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { useLocation, useParams } from "react-router";
import { cx } from "@/ui/cx";
import { LoadingScreen } from "@/ui/Spinner";
import { isTyping } from "@/ui/useSingleKey";
import { rememberRoom } from "@/visitor/recentRooms";
import { ConnectionStrip } from "./ConnectionStrip";
import { useComposer } from "./chat/chatStores";
import { useUnread } from "./chat/useUnread";
import { useControlRequestToasts } from "./control/ControlRequests";
import { usePutOnWhenPlayable } from "./film/usePendingFilm";
import { PanelDrawer } from "./PanelDrawer";
import { useKnockToasts } from "./people/Knocks";
import { useActingNote, useRoomNotices } from "./roomNotices";
import { type PanelTab, SidePanel } from "./SidePanel";
import { RoomStage } from "./stage/RoomStage";
import { useWayBack } from "./stage/undoSeek";
import { useRoomState } from "./state/RoomContext";
import { useRoomFacts } from "./state/roomFacts";
import { TopBar } from "./TopBar";
import { UnderStage } from "./UnderStage";
import { useFullscreen, useRoomLayout } from "./useRoomLayout";

// Opened by few, and by nobody in the first second.
const InviteSheet = lazy(() => import("./invite/InviteSheet"));
const FilmPicker = lazy(() => import("./film/FilmPicker"));

type Sheet = "first_invite" | "invite" | "film" | null;

/** Film, talk and people. The tree is the same in every layout, so that turning a phone stops nothing. */
export default function Room({ onLeave }: { onLeave: () => void }) {
  const { data: room } = useRoomFacts();
  const [theatre, setTheatre] = useState(false);
  const [tab, setTab] = useState<PanelTab>("chat");
  const [drawerOpen, setDrawerOpen] = useState(false);
  const [sheet, setSheet] = useState<Sheet>(null);
  const wasCopied = (useLocation().state as { copied?: boolean } | null)?.copied === true;
  const device = useRoomLayout();
  const fullscreen = useFullscreen();
  const layout = theatre ? "immersive" : device;
  const immersive = layout === "immersive";
  const panelSeen = !fullscreen && (!immersive || drawerOpen);
  const unread = useUnread(panelSeen && tab === "chat");

  const show = useCallback((wanted: PanelTab) => {
    setTab(wanted);
    setDrawerOpen(true);
  }, []);
  useComposerKey(useCallback(() => show("chat"), [show]));
  useFirstInvitation(
    room?.id,
    useCallback(() => setSheet("first_invite"), []),
  );
  useRemembered(room);
  usePutOnWhenPlayable();
  useKnockToasts();
  useControlRequestToasts();
  useActingNote();
  useWayBack();
  useRoomNotices();
  useRoomTitle(room?.name, unread);

  if (!room) return <LoadingScreen label="Opening the room" />;
  const openPicker = () => setSheet("film");
  return (
    <div className={cx("flex h-dvh flex-col overflow-hidden", immersive ? "bg-black" : "bg-bg")}>
      {!immersive && (
        <TopBar
          name={room.name}
          compact={layout === "stacked"}
          onInvite={() => setSheet("invite")}
          onPeople={() => show("people")}
          onLeave={onLeave}
        />
      )}
      <ConnectionStrip />
      <div className={cx("flex min-h-0 grow", FRAMES[layout])}>
        <main className={cx("flex min-h-0 min-w-0 flex-col", STAGES[layout])}>
          <RoomStage
            fills={immersive}
            rounded={layout === "side"}
            fullscreen={fullscreen}
            chatOverFilm={!panelSeen}
            theatre={theatre}
            onTheatre={setTheatre}
            onChooseFilm={openPicker}
          />
          {!immersive && <UnderStage compact={layout === "stacked"} />}
        </main>
        <PanelDrawer
          drawer={immersive}
          open={drawerOpen}
          unread={unread}
          onOpenChange={setDrawerOpen}
          className={PANELS[layout]}
        >
          {/* The fullscreen stage has a composer of its own, and `/` must find that one. */}
          {!fullscreen && <SidePanel tab={tab} onTab={setTab} unread={unread} />}
        </PanelDrawer>
      </div>
      <Suspense>
        {(sheet === "invite" || sheet === "first_invite") && (
          <InviteSheet
            open
            onOpenChange={() => setSheet(null)}
            copied={sheet === "first_invite" && wasCopied}
          />
        )}
        {sheet === "film" && <FilmPicker open onOpenChange={() => setSheet(null)} />}
      </Suspense>
    </div>
  );
}

const FRAMES = {
  side: "gap-3 px-3 pb-3",
  stacked: "flex-col",
  immersive: "relative",
};
const STAGES = {
  side: "grow gap-2",
  stacked: "shrink-0",
  immersive: "size-full",
};
const PANELS = {
  side: "w-[22rem] shrink-0 overflow-hidden rounded-2xl bg-surface ring-1 ring-line",
  stacked: "min-h-0 grow bg-surface",
  immersive: "",
};

/** Puts the room on the list of recent ones that the start page shows. */
export function useRemembered(room: { name: string } | undefined): void {
  const { roomId } = useParams();
  const name = room?.name;
  useEffect(() => {
    if (roomId !== undefined && name !== undefined) rememberRoom(roomId, name, Date.now());
  }, [roomId, name]);
}

/** The browser's tab names the room, and counts what was said while one looked elsewhere. */
export function useRoomTitle(name: string | undefined, unread: number): void {
  useEffect(() => {
    if (name === undefined) return;
    const before = document.title;
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
    return () => {
      document.title = before;
    };
  }, [name, unread]);
}

const KEY = "watchparty.invited";

/** Opens the invitations when a host enters a room for the first time: a party needs guests. */
export function useFirstInvitation(roomId: string | undefined, open: () => void): void {
  const isHost = useRoomState((state) => state.you?.role === "host");
  useEffect(() => {
    if (isHost && roomId !== undefined && !wasShown(roomId)) open();
  }, [isHost, roomId, open]);
}

/** Remembers the room; true when it was known already. */
function wasShown(roomId: string): boolean {
  try {
    const shown = (localStorage.getItem(KEY) ?? "").split(" ");
    if (shown.includes(roomId)) return true;
    localStorage.setItem(KEY, [...shown, roomId].slice(-20).join(" "));
  } catch {
    // Without storage the sheet opens at each visit, and closes as easily.
  }
  return false;
}

/** `/` goes to the chat from anywhere; `onWish` makes it visible first. */
export function useComposerKey(onWish: () => void): void {
  const wishFocus = useComposer((state) => state.wishFocus);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.defaultPrevented || isTyping(event.target)) return;
      event.preventDefault();
      onWish();
      wishFocus();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [onWish, wishFocus]);
}

import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useLocation, useParams } from "react-router";
import { cx } from "@/ui/cx";
import { LoadingScreen } from "@/ui/Spinner";
import { useFullscreenElement } from "@/ui/useFullscreenElement";
import { useSingleKey } from "@/ui/useSingleKey";
import { markInvitationShown, rememberRoom } from "@/visitor/recentRooms";
import { ConnectionStrip } from "./ConnectionStrip";
import { useDraft } from "./chat/chatStores";
import { useUnread } from "./chat/useUnread";
import { useControlRequestToasts } from "./control/ControlRequests";
import { useShowPendingFilm } from "./film/usePendingFilm";
import { PanelDrawer } from "./PanelDrawer";
import { HostOfferDialog, HostOfferStrip } from "./people/HostOffer";
import { useKnockToasts } from "./people/Knocks";
import { useActingToast, useRoomNotices } from "./roomNotices";
import { type PanelTab, SidePanel } from "./SidePanel";
import { RoomStage } from "./stage/RoomStage";
import { useUndoSeek } from "./stage/undoSeek";
import { useRoomState } from "./state/RoomContext";
import { useRoomFacts } from "./state/roomFacts";
import { TopBar } from "./TopBar";
import { UnderStage } from "./UnderStage";
import { useRoomLayout } from "./useRoomLayout";

// Rarely opened, and never in the first second.
const InviteSheet = lazy(() => import("./invite/InviteSheet"));
const HistoryDialog = lazy(() => import("./history/HistoryDialog"));
const FilmPicker = lazy(() => import("./film/FilmPicker"));

type Sheet = "first_invite" | "invite" | "film" | "history" | null;

/**
 * The film, the chat and the people. The tree is the same in every layout, so that turning a phone does not restart
 * the film.
 */
export default function Room({ onLeave }: { onLeave: () => void }) {
  const { data: room } = useRoomFacts();
  const [theatre, setTheatre] = useState(false);
  const [tab, setTab] = useState<PanelTab>("chat");
  const [drawerOpen, setDrawerOpen] = useState(false);
  const [sheet, setSheet] = useState<Sheet>(null);
  const wasCopied = (useLocation().state as { copied?: boolean } | null)?.copied === true;
  const device = useRoomLayout();
  const fullscreen = useFullscreenElement() !== null;
  const layout = theatre ? "immersive" : device;
  const immersive = layout === "immersive";
  const panelVisible = !fullscreen && (!immersive || drawerOpen);
  const unread = useUnread(panelVisible && tab === "chat");

  const openTab = useCallback((opened: PanelTab) => {
    setTab(opened);
    setDrawerOpen(true);
  }, []);
  const focusDraft = useDraft((state) => state.requestFocus);
  useSingleKey(
    "/",
    useCallback(() => {
      openTab("chat");
      focusDraft();
    }, [openTab, focusDraft]),
  );
  useFirstInvitation(
    room?.id,
    useCallback(() => setSheet("first_invite"), []),
  );
  useRecentRoom(room);
  useShowPendingFilm();
  useKnockToasts();
  useControlRequestToasts();
  useActingToast();
  useUndoSeek();
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
          onPeople={() => openTab("people")}
          onHistory={() => setSheet("history")}
          onLeave={onLeave}
        />
      )}
      <ConnectionStrip />
      <HostOfferStrip />
      <div className={cx("flex min-h-0 grow", FRAMES[layout])}>
        <main className={cx("flex min-h-0 min-w-0 flex-col", STAGES[layout])}>
          <RoomStage
            fills={immersive}
            rounded={layout === "side"}
            fullscreen={fullscreen}
            chatOverFilm={!panelVisible}
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
          {/* The fullscreen stage has its own message field, and `/` must focus that one. */}
          {!fullscreen && <SidePanel tab={tab} onTab={setTab} unread={unread} />}
        </PanelDrawer>
      </div>
      <HostOfferDialog />
      <Suspense>
        {(sheet === "invite" || sheet === "first_invite") && (
          <InviteSheet
            open
            onOpenChange={() => setSheet(null)}
            copied={sheet === "first_invite" && wasCopied}
          />
        )}
        {sheet === "film" && <FilmPicker open onOpenChange={() => setSheet(null)} />}
        {sheet === "history" && <HistoryDialog onClose={() => setSheet(null)} />}
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

/** Adds the room to the recent rooms of the start page. */
function useRecentRoom(room: { name: string } | undefined): void {
  const { roomId } = useParams();
  const name = room?.name;
  useEffect(() => {
    if (roomId !== undefined && name !== undefined) rememberRoom(roomId, name, Date.now());
  }, [roomId, name]);
}

/** The room's name in the browser tab, with the number of unread messages. */
function useRoomTitle(name: string | undefined, unread: number): void {
  useEffect(() => {
    if (name === undefined) return;
    const before = document.title;
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
    return () => {
      document.title = before;
    };
  }, [name, unread]);
}

/** Opens the invitation sheet when a host enters a room for the first time: a party needs guests. */
function useFirstInvitation(roomId: string | undefined, open: () => void): void {
  const role = useRoomState((state) => state.you?.role ?? null);
  const enteredAs = useRef(role);
  useEffect(() => {
    enteredAs.current ??= role;
    // Someone who becomes the host later is in the middle of the party.
    const isNew = enteredAs.current === "host" && roomId !== undefined;
    if (isNew && !markInvitationShown(roomId)) open();
  }, [role, roomId, open]);
}

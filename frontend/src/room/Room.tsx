import { t } from "@lingui/core/macro";
import { lazy, type RefObject, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useLocation, useParams } from "react-router";
import { cx } from "@/ui/cx";
import { LoadingScreen } from "@/ui/Spinner";
import { useSingleKey } from "@/ui/useSingleKey";
import { useIsFullscreen } from "@/ui/window/fullscreen";
import { markInvitationShown, rememberRoom } from "@/visitor/recentRooms";
import { ConnectionStrip } from "./ConnectionStrip";
import { useDraft } from "./chat/chatStores";
import { useUnread } from "./chat/useUnread";
import { useControlRequestToasts } from "./control/ControlRequests";
import { useShowPendingFilm } from "./film/usePendingFilm";
import { PanelDrawer } from "./PanelDrawer";
import { HostOfferDialog, HostOfferStrip } from "./people/HostOffer";
import { useKnockToasts } from "./people/Knocks";
import { type DroppedFilm, useDroppedFilm } from "./queue/useDroppedFilm";
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
  const arrival = useLocation().state as { created?: boolean; copied?: boolean } | null;
  const fullscreen = useIsFullscreen();
  const device = useRoomLayout();
  const layout = theatre || fullscreen ? "immersive" : device;
  const immersive = layout === "immersive";
  const panelVisible = !immersive || drawerOpen;
  const chatButton = useRef<HTMLButtonElement>(null);
  const unread = useUnread(panelVisible && tab === "chat");

  const openTab = useCallback((opened: PanelTab) => {
    setTab(opened);
    setDrawerOpen(true);
  }, []);
  const closeDrawer = useCallback(() => {
    setDrawerOpen(false);
    chatButton.current?.focus();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the film starts with the whole window
  useEffect(() => setDrawerOpen(false), [immersive]);
  useSingleKey(
    theatre && !fullscreen && !drawerOpen ? "Escape" : null,
    useCallback(() => setTheatre(false), []),
  );
  const focusDraft = useDraft((state) => state.requestFocus);
  useSingleKey(
    "/",
    useCallback(() => {
      openTab("chat");
      focusDraft();
    }, [openTab, focusDraft]),
  );
  useFirstInvitation(
    arrival?.created === true ? room?.id : undefined,
    useCallback(() => setSheet("first_invite"), []),
  );
  const openPicker = () => setSheet("film");
  const film = useDroppedFilm(openPicker);
  useRecentRoom(room);
  useShowPendingFilm();
  useKnockToasts();
  useControlRequestToasts();
  useActingToast();
  useUndoSeek();
  useRoomNotices();
  useRoomTitle(room?.name, unread);

  const main = useFocusOnEntry(room !== undefined);
  if (!room) return <LoadingScreen label={t`Opening the room`} />;
  const topBar = (
    <TopBar
      name={room.name}
      layout={layout}
      onInvite={() => setSheet("invite")}
      onPeople={() => openTab("people")}
      onHistory={() => setSheet("history")}
      onLeave={onLeave}
      chat={{
        ref: chatButton,
        open: drawerOpen,
        unread,
        onToggle: () => (drawerOpen ? setDrawerOpen(false) : openTab("chat")),
      }}
    />
  );
  return (
    <div
      data-layout={layout}
      className={cx("flex h-dvh flex-col overflow-hidden", immersive ? "bg-black" : "bg-bg")}
    >
      {!immersive && topBar}
      <div className="relative z-30 h-0 shrink-0">
        <div className="absolute inset-x-0 top-2 flex flex-col items-center gap-2 in-data-[layout=immersive]:top-16 pointer-events-none">
          <ConnectionStrip />
          <HostOfferStrip />
        </div>
      </div>
      <div className={cx("flex min-h-0 grow", FRAMES[layout])}>
        <main
          ref={main}
          tabIndex={-1}
          aria-label={t`Film`}
          className={cx("flex min-h-0 min-w-0 flex-col outline-none", STAGES[layout])}
        >
          {immersive && topBar}
          <RoomStage
            fills={immersive}
            rounded={layout === "side"}
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
          onClose={closeDrawer}
          className={PANELS[layout]}
        >
          <SidePanel tab={tab} onTab={setTab} unread={unread} />
        </PanelDrawer>
      </div>
      <HostOfferDialog />
      <Sheets
        sheet={sheet}
        copied={arrival?.copied === true}
        dropped={film}
        onClose={() => {
          setSheet(null);
          film.clear();
        }}
      />
    </div>
  );
}

const FRAMES = {
  side: "gap-3 px-3 pb-3",
  stacked: "flex-col",
  immersive: "max-[30rem]:flex-col",
};
const STAGES = {
  side: "grow gap-2",
  stacked: "shrink-0",
  immersive: "relative grow",
};
const PANELS = {
  side: "w-[22rem] shrink-0 overflow-hidden rounded-2xl bg-surface ring-1 ring-line",
  stacked: "min-h-0 grow bg-surface",
  immersive:
    "relative w-[min(22rem,45vw)] shrink-0 bg-surface max-[30rem]:h-3/5 max-[30rem]:w-full [&_[role=tablist]]:pe-11",
};

interface SheetsProps {
  sheet: Sheet;
  /** The link has been copied when the room was created. */
  copied: boolean;
  dropped: DroppedFilm;
  onClose: () => void;
}

function Sheets({ sheet, copied, dropped, onClose }: SheetsProps) {
  return (
    <Suspense>
      {(sheet === "invite" || sheet === "first_invite") && (
        <InviteSheet open onOpenChange={onClose} copied={sheet === "first_invite" && copied} />
      )}
      {sheet === "film" && (
        <FilmPicker open dropped={dropped.dropped} onPick={dropped.onPick} onOpenChange={onClose} />
      )}
      {sheet === "history" && <HistoryDialog onClose={onClose} />}
    </Suspense>
  );
}

/** Gives the focus to the film: the button that led here is gone, and with it the focus. */
function useFocusOnEntry(isOpen: boolean): RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isOpen && document.activeElement === document.body) main.current?.focus();
  }, [isOpen]);
  return main;
}

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

/** Opens the invitation sheet once in a room that was just created here: a party needs guests. */
function useFirstInvitation(createdId: string | undefined, open: () => void): void {
  const entered = useRoomState((state) => state.you !== null);
  useEffect(() => {
    if (entered && createdId !== undefined && !markInvitationShown(createdId)) open();
  }, [entered, createdId, open]);
}

import { lazy, Suspense, useCallback, useState } from "react";
import { useLocation } from "react-router";
import { cx } from "@/ui/cx";
import { LoadingScreen } from "@/ui/Spinner";
import { ConnectionStrip } from "./ConnectionStrip";
import { useComposerKey } from "./chat/useComposerKey";
import { useUnread } from "./chat/useUnread";
import { usePutOnWhenPlayable } from "./film/usePendingFilm";
import { useFirstInvitation } from "./invite/useFirstInvitation";
import { PanelDrawer } from "./PanelDrawer";
import { useAskToasts } from "./people/useAskToasts";
import { useKnockToasts } from "./people/useKnockToasts";
import { type PanelTab, SidePanel } from "./SidePanel";
import { RoomStage } from "./stage/RoomStage";
import { useActingNote } from "./stage/useActingNote";
import { useWayBack } from "./stage/useWayBack";
import { TopBar } from "./TopBar";
import { UnderStage } from "./UnderStage";
import { useFullscreen } from "./useFullscreen";
import { useRemembered } from "./useRemembered";
import { useRoomFacts } from "./useRoomFacts";
import { useRoomLayout } from "./useRoomLayout";
import { useRoomNotices } from "./useRoomNotices";
import { useRoomTitle } from "./useRoomTitle";

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
  useAskToasts();
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

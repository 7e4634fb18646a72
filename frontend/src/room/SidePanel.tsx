import { t } from "@lingui/core/macro";
import { lazy, type ReactNode, Suspense } from "react";
import { mayControlRoom } from "@/sync/playbackControls";
import { CountBadge } from "@/ui/Badge";
import { LoadingScreen } from "@/ui/Spinner";
import { Tabs } from "@/ui/Tabs";
import { ChatPanel } from "./chat/ChatPanel";
import { PeoplePanel } from "./people/PeoplePanel";
import { useRoomState } from "./state/RoomContext";

// Guests never see these two.
const QueuePanel = lazy(() => import("./queue/QueuePanel"));
const SettingsPanel = lazy(() => import("./settings/SettingsPanel"));

export type PanelTab = "chat" | "people" | "queue" | "settings";

interface SidePanelProps {
  tab: PanelTab;
  onTab: (tab: PanelTab) => void;
  unread: number;
}

export function SidePanel({ tab, onTab, unread }: SidePanelProps) {
  const total = useRoomState((state) => state.total);
  const knocks = useRoomState((state) => state.knocks.length);
  const isHost = useRoomState((state) => state.you?.role === "host");
  const canControl = useRoomState(mayControlRoom);
  const tabs = [
    {
      value: "chat",
      label: (
        <>
          {t`Chat`}
          <CountBadge count={unread} meaning={t`unread`} />
        </>
      ),
      content: <ChatPanel />,
    },
    {
      value: "people",
      label: (
        <>
          {t`People`} <span className="text-muted tabular-nums">{total}</span>
          <CountBadge count={knocks} meaning={t`waiting to join`} />
        </>
      ),
      content: <PeoplePanel />,
    },
    ...(canControl
      ? [{ value: "queue", label: t`Films`, content: <Later panel={<QueuePanel />} /> }]
      : []),
    ...(isHost
      ? [{ value: "settings", label: t`Settings`, content: <Later panel={<SettingsPanel />} /> }]
      : []),
  ];
  // If the open tab disappears with the role, the chat is shown.
  const open = tabs.some(({ value }) => value === tab) ? tab : "chat";
  return (
    <Tabs
      label={t`Room`}
      tabs={tabs}
      value={open}
      onValueChange={(value) => onTab(value as PanelTab)}
      className="flex h-full min-h-0 flex-col"
      contentClassName="min-h-0 grow"
    />
  );
}

function Later({ panel }: { panel: ReactNode }) {
  return <Suspense fallback={<LoadingScreen />}>{panel}</Suspense>;
}

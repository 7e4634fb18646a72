import { t } from "@lingui/core/macro";
import { useSearchParams } from "react-router";
import { Tabs } from "@/ui/Tabs";
import { useTitle } from "@/ui/useTitle";
import { Accounts } from "./Accounts";
import { AuditLog } from "./AuditLog";
import { ClockNotice } from "./ClockNotice";
import { FailedEvents } from "./FailedEvents";
import { Invites } from "./Invites";
import { Overview } from "./Overview";
import { Rooms } from "./Rooms";
import { Settings } from "./Settings";
import { SpendingNotice } from "./SpendingNotice";
import { Jobs, Videos } from "./Videos";

const tabsTexts = () => [
  { value: "overview", label: t`Overview`, content: <Overview /> },
  { value: "accounts", label: t`Accounts`, content: <Accounts /> },
  { value: "invites", label: t`Invitations`, content: <Invites /> },
  { value: "rooms", label: t`Rooms`, content: <Rooms /> },
  { value: "videos", label: t`Films`, content: <Videos /> },
  { value: "jobs", label: t`Jobs`, content: <Jobs /> },
  { value: "failed-events", label: t`Failed events`, content: <FailedEvents /> },
  { value: "settings", label: t`Settings`, content: <Settings /> },
  { value: "audit", label: t`Audit log`, content: <AuditLog /> },
];

export default function AdminPage() {
  useTitle(t`Admin`);
  const [search, setSearch] = useSearchParams();
  return (
    <div className="mx-auto w-full max-w-7xl px-4 py-6 sm:px-8">
      <h1 className="mb-4 text-title font-bold">{t`Admin`}</h1>
      <ClockNotice />
      <SpendingNotice />
      <Tabs
        label={t`Admin`}
        tabs={tabsTexts()}
        value={search.get("tab") ?? "overview"}
        onValueChange={(tab) => setSearch({ tab }, { replace: true })}
        contentClassName="pt-6"
      />
    </div>
  );
}

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

const TABS = [
  { value: "overview", label: "Overview", content: <Overview /> },
  { value: "accounts", label: "Accounts", content: <Accounts /> },
  { value: "invites", label: "Invitations", content: <Invites /> },
  { value: "rooms", label: "Rooms", content: <Rooms /> },
  { value: "videos", label: "Films", content: <Videos /> },
  { value: "jobs", label: "Jobs", content: <Jobs /> },
  { value: "failed-events", label: "Failed events", content: <FailedEvents /> },
  { value: "settings", label: "Settings", content: <Settings /> },
  { value: "audit", label: "Audit log", content: <AuditLog /> },
];

export default function AdminPage() {
  useTitle("Admin");
  const [search, setSearch] = useSearchParams();
  return (
    <div className="mx-auto w-full max-w-7xl px-4 py-6 sm:px-8">
      <h1 className="mb-4 text-title font-bold">Admin</h1>
      <ClockNotice />
      <SpendingNotice />
      <Tabs
        label="Admin"
        tabs={TABS}
        value={search.get("tab") ?? "overview"}
        onValueChange={(tab) => setSearch({ tab }, { replace: true })}
        contentClassName="pt-6"
      />
    </div>
  );
}

import { t } from "@lingui/core/macro";
import { Dialog } from "@/ui/Dialog";
import { Tabs } from "@/ui/Tabs";
import { SyncReportTable } from "./SyncReportTable";
import { Timeline } from "./Timeline";

/** For hosts and co-hosts: who did what, and how closely everyone followed the room. */
export default function HistoryDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={onClose} title={t`History and sync`} size="lg">
      <Tabs
        label={t`History and sync`}
        tabs={[
          { value: "history", label: t`History`, content: <Timeline /> },
          { value: "sync", label: t`Sync`, content: <SyncReportTable /> },
        ]}
        contentClassName="pt-4"
      />
    </Dialog>
  );
}

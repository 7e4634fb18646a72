import { t } from "@lingui/core/macro";
import { useState } from "react";
import { type AuditLine, auditLog, exportAuditLog, verifyAuditLog } from "@/api/admin";
import { useSubmission } from "@/api/useSubmission";
import { saveAs } from "@/browser/saveAs";
import { Button } from "@/ui/Button";
import { formatDateTime } from "@/ui/format";
import { Name } from "@/ui/Name";
import { Owner } from "./Owner";
import { actionText } from "./overviewText";
import { PagedTable } from "./PagedTable";

export function AuditLog() {
  return (
    <div className="flex flex-col gap-5">
      <AuditTools />
      <PagedTable
        caption={t`Audit log`}
        queryKey={["admin", "audit"]}
        read={auditLog}
        rowKey={(line) => line.id}
        empty={t`No entries yet.`}
        columns={[
          { heading: t`Time`, cell: (line) => formatDateTime(line.at) },
          {
            heading: t`Action`,
            cell: (line) => (
              <span className="font-medium" title={line.action}>
                {actionText(line.action)}
              </span>
            ),
          },
          { heading: t`By`, cell: (line) => <Owner name={line.actor_name} id={line.actor} /> },
          { heading: t`About`, cell: (line) => <Target line={line} /> },
          { heading: t`Details`, cell: (line) => <Details line={line} /> },
        ]}
      />
    </div>
  );
}

/** The chain of hashes shows whether someone has changed the log behind the server's back. */
function AuditTools() {
  const { busy, submit, message } = useSubmission();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  return (
    <div>
      <div className="flex flex-wrap gap-2">
        <Button
          busy={busy}
          onClick={() => void submit(async () => setVerdict(await verifyAuditLog()))}
        >
          {t`Check for tampering`}
        </Button>
        <Button
          disabled={busy}
          onClick={() =>
            void submit(async () =>
              saveAs("audit-log.jsonl", await exportAuditLog(), "application/x-ndjson"),
            )
          }
        >
          {t`Download`}
        </Button>
      </div>
      <p role="status" className="mt-2 text-sm text-muted">
        {verdict && verdictText(verdict)}
      </p>
      {message && (
        <p role="alert" className="text-sm text-danger-text">
          {message}
        </p>
      )}
    </div>
  );
}

type Verdict = Awaited<ReturnType<typeof verifyAuditLog>>;

function verdictText({ entries, broken_at }: Verdict): string {
  if (broken_at !== null)
    return t`The log was changed: entry ${broken_at} doesn’t fit the one before it.`;
  return t`Entries checked: ${entries}. None was changed.`;
}

function Target({ line: { target, target_name } }: { line: AuditLine }) {
  if (target_name !== null) {
    return (
      <span title={target} className="block max-w-48">
        <Name>{target_name}</Name>
      </span>
    );
  }
  return (
    <code className="block max-w-40 truncate text-sm text-muted" title={target}>
      {target}
    </code>
  );
}

function Details({ line }: { line: AuditLine }) {
  const entries = Object.entries(line.data);
  return (
    <span className="block max-w-80 truncate text-sm text-muted">
      {entries.map(([key, value]) => `${key}: ${String(value)}`).join(", ")}
    </span>
  );
}

import { t } from "@lingui/core/macro";
import { type AuditLine, auditLog } from "@/api/admin";
import { formatDateTime } from "@/ui/format";
import { Name } from "@/ui/Name";
import { Owner } from "./Owner";
import { actionText } from "./overviewText";
import { PagedTable } from "./PagedTable";

export function AuditLog() {
  return (
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
  );
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

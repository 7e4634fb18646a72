import { type AuditLine, auditLog } from "@/api/admin";
import { formatDateTime } from "@/ui/format";
import { PagedTable } from "./PagedTable";

export function AuditLog() {
  return (
    <PagedTable
      caption="Audit log"
      queryKey={["admin", "audit"]}
      read={auditLog}
      rowKey={(line) => line.id}
      empty="No entries yet."
      columns={[
        { heading: "Time", cell: (line) => formatDateTime(line.at) },
        { heading: "Action", cell: (line) => <span className="font-medium">{line.action}</span> },
        { heading: "By", cell: (line) => <Id text={line.actor} /> },
        { heading: "Target", cell: (line) => <Id text={line.target} /> },
        { heading: "Details", cell: (line) => <Details line={line} /> },
      ]}
    />
  );
}

function Id({ text }: { text: string }) {
  return (
    <code className="block max-w-40 truncate text-sm text-muted" title={text}>
      {text}
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

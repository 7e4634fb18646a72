import { allJobs } from "@/api/admin";
import { Badge } from "@/ui/Badge";
import { formatDateTime } from "@/ui/format";
import { PagedTable } from "./PagedTable";

export function Jobs() {
  return (
    <PagedTable
      caption="Encoding jobs"
      queryKey={["admin", "jobs"]}
      read={allJobs}
      rowKey={(job) => job.video_id}
      empty="Nothing is being encoded."
      columns={[
        { heading: "Film", cell: (job) => <bdi className="font-medium">{job.title}</bdi> },
        { heading: "State", cell: (job) => <Badge tone="accent">{job.state}</Badge> },
        { heading: "Done", align: "end", cell: (job) => `${Math.round(job.progress * 100)} %` },
        { heading: "Try", align: "end", cell: (job) => job.attempt },
        { heading: "Changed", cell: (job) => formatDateTime(job.updated_at) },
      ]}
    />
  );
}

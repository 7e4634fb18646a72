import { useState } from "react";
import { type AdminVideo, allJobs, allVideos, requeueVideo } from "@/api/admin";
import type { Page, PageQuery } from "@/api/pages";
import type { VideoStatus } from "@/api/videos";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { formatBytes, formatDateTime } from "@/ui/format";
import { Select } from "@/ui/Select";
import { Owner } from "./Owner";
import { PagedTable, useRowAction } from "./PagedTable";

export function Videos() {
  return (
    <VideoTable
      caption="Films"
      queryKey={["admin", "videos"]}
      read={allVideos}
      empty="No films yet."
    />
  );
}

const STATES = [
  { value: "processing", label: "Encoding" },
  { value: "queued", label: "Queued" },
  { value: "failed", label: "Failed" },
] as const;

type State = (typeof STATES)[number]["value"];

export function Jobs() {
  const [state, setState] = useState<State>("processing");
  return (
    <div className="flex flex-col gap-4">
      <Select
        label="Job status"
        value={state}
        onChange={setState}
        options={STATES}
        className="max-w-60"
      />
      <VideoTable
        caption="Encoding jobs"
        queryKey={["admin", "jobs", state]}
        read={(query) => allJobs({ ...query, status: state })}
        empty="No jobs right now."
      />
    </div>
  );
}

const TONES: Record<VideoStatus, Tone> = {
  uploading: "neutral",
  queued: "neutral",
  processing: "accent",
  ready: "good",
  failed: "danger",
};

interface VideoTableProps {
  caption: string;
  queryKey: readonly unknown[];
  read: (query: PageQuery) => Promise<Page<AdminVideo>>;
  empty: string;
}

/** Films with their state, and another attempt for failed ones; for the film list and the job list. */
function VideoTable({ caption, queryKey, read, empty }: VideoTableProps) {
  const requeue = useRowAction(queryKey, requeueVideo, "Queued again.");
  return (
    <PagedTable
      caption={caption}
      queryKey={queryKey}
      read={read}
      rowKey={(video) => video.id}
      empty={empty}
      columns={[
        { heading: "Title", cell: (video) => <bdi className="font-medium">{video.title}</bdi> },
        {
          heading: "Owner",
          cell: (video) => <Owner name={video.owner_name} id={video.owner_id} />,
        },
        { heading: "Status", cell: (video) => <State video={video} /> },
        { heading: "Size", align: "end", cell: (video) => formatBytes(video.size_bytes) },
        { heading: "Updated", cell: (video) => formatDateTime(video.updated_at) },
        {
          heading: "Actions",
          align: "end",
          cell: (video) =>
            video.status === "failed" && (
              <Button variant="ghost" onClick={() => requeue(video.id)}>
                Encode again
              </Button>
            ),
        },
      ]}
    />
  );
}

function State({ video }: { video: AdminVideo }) {
  return <Badge tone={TONES[video.status]}>{statusLabel(video)}</Badge>;
}

function statusLabel({ status, progress, failure_code }: AdminVideo): string {
  switch (status) {
    case "uploading":
      return "Uploading";
    case "queued":
      return "Queued";
    case "processing":
      return `Encoding ${Math.round(progress * 100)}%`;
    case "ready":
      return "Ready";
    case "failed":
      return failure_code ? `Failed: ${failure_code}` : "Failed";
  }
}

import { t } from "@lingui/core/macro";
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
      caption={t`Films`}
      queryKey={["admin", "videos"]}
      read={allVideos}
      empty={t`No films yet.`}
    />
  );
}

const states = () =>
  [
    { value: "processing", label: t`Encoding` },
    { value: "queued", label: t`Queued` },
    { value: "failed", label: t`Failed` },
  ] as const;

type State = ReturnType<typeof states>[number]["value"];

export function Jobs() {
  const [state, setState] = useState<State>("processing");
  return (
    <div className="flex flex-col gap-4">
      <Select
        label={t`Job status`}
        value={state}
        onChange={setState}
        options={states()}
        className="max-w-60"
      />
      <VideoTable
        caption={t`Encoding jobs`}
        queryKey={["admin", "jobs", state]}
        read={(query) => allJobs({ ...query, status: state })}
        empty={t`No jobs right now.`}
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
  const requeue = useRowAction(queryKey, requeueVideo, t`Queued again.`);
  return (
    <PagedTable
      caption={caption}
      queryKey={queryKey}
      read={read}
      rowKey={(video) => video.id}
      empty={empty}
      columns={[
        { heading: t`Title`, cell: (video) => <bdi className="font-medium">{video.title}</bdi> },
        {
          heading: t`Owner`,
          cell: (video) => <Owner name={video.owner_name} id={video.owner_id} />,
        },
        { heading: t`Status`, cell: (video) => <State video={video} /> },
        { heading: t`Size`, align: "end", cell: (video) => formatBytes(video.size_bytes) },
        { heading: t`Updated`, cell: (video) => formatDateTime(video.updated_at) },
        {
          heading: t`Actions`,
          align: "end",
          cell: (video) =>
            video.status === "failed" && (
              <Button variant="ghost" onClick={() => requeue(video.id)}>
                {t`Encode again`}
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
      return t`Uploading`;
    case "queued":
      return t`Queued`;
    case "processing":
      return t`Encoding ${Math.round(progress * 100)}%`;
    case "ready":
      return t`Ready`;
    case "failed":
      return failure_code ? t`Failed: ${failure_code}` : t`Failed`;
  }
}

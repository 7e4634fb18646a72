import { t } from "@lingui/core/macro";
import { useState } from "react";
import { sentenceFor } from "@/api/errors";
import { usePages } from "@/api/pages";
import { type RoomEvent, roomEvents } from "@/api/roomLogs";
import { useSubmission } from "@/api/useSubmission";
import { saveAs } from "@/browser/saveAs";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { formatDateTime } from "@/ui/format";
import { Select } from "@/ui/Select";
import { LoadingScreen } from "@/ui/Spinner";
import { useRoom } from "../state/RoomContext";
import { everyPage, useNames } from "./names";
import { type Group, groups, historyCsv, isIn, sentence } from "./sentences";

const choices = () =>
  Object.entries(groups()).map(([value, label]) => ({ value: value as Group, label }));

export function Timeline() {
  const { roomId, bearer } = useRoom();
  const [group, setGroup] = useState<Group>("all");
  const nameOf = useNames();
  const log = usePages<RoomEvent>(["room", roomId, "events"], (query) =>
    roomEvents(roomId, query, bearer()),
  );
  const download = useSubmission();

  async function save() {
    const events = await everyPage((query) => roomEvents(roomId, query, bearer()));
    saveAs(
      "watchparty-history.csv",
      historyCsv(events.filter(isIn(group)), nameOf),
      "text/csv;charset=utf-8",
    );
  }

  if (log.error) return <p className="text-danger-text">{sentenceFor(log.error)}</p>;
  if (log.isPending) return <LoadingScreen label={t`Loading the history`} />;
  const shown = log.items.filter(isIn(group));
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Field label={t`Show`} className="w-44">
          <Select value={group} onChange={setGroup} options={choices()} />
        </Field>
        <Button busy={download.busy} onClick={() => void download.submit(save)}>
          {t`Download`}
        </Button>
      </div>
      {download.message && (
        <p role="alert" className="text-danger-text">
          {download.message}
        </p>
      )}
      {shown.length === 0 && <p className="text-muted">{t`Nothing here yet.`}</p>}
      <ol aria-label={t`What happened, newest first`} className="divide-y divide-line">
        {shown.map((event) => (
          <li key={event.id} className="flex flex-wrap justify-between gap-x-4 py-2.5">
            <bdi className="min-w-0 break-words">{sentence(event, nameOf)}</bdi>
            <time dateTime={event.at} className="text-sm text-muted tabular-nums">
              {formatDateTime(event.at)}
            </time>
          </li>
        ))}
      </ol>
      {log.hasMore && (
        <Button className="self-center" busy={log.isLoadingMore} onClick={log.loadMore}>
          {t`Show more`}
        </Button>
      )}
    </div>
  );
}

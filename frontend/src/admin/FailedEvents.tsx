import { t } from "@lingui/core/macro";
import { useState } from "react";
import { type DeadLetter, deadLetters, discardDeadLetter, retryDeadLetter } from "@/api/admin";
import { AlertDialog } from "@/ui/AlertDialog";
import { Button } from "@/ui/Button";
import { formatDateTime } from "@/ui/format";
import { PagedTable, useRowAction } from "./PagedTable";

const KEY = ["admin", "dead-letters"];
const sources = () => ({ room_event: t`A room`, transcode_event: t`Film preparation` });

/** Events that could not be stored. An upgrade may have fixed the cause, so each can be tried again. */
export function FailedEvents() {
  const [deleting, setDeleting] = useState<DeadLetter | null>(null);
  const retry = useRowAction(KEY, retryDeadLetter, t`Event stored.`);
  const discard = useRowAction(KEY, discardDeadLetter, t`Event deleted.`);
  return (
    <>
      <p className="mb-4 max-w-3xl text-muted">
        {t`Something that happened but couldn’t be saved, such as a chat message missing from a room’s history. Try again after an upgrade. Events are deleted after 30 days.`}
      </p>
      <PagedTable
        caption={t`Failed events`}
        queryKey={KEY}
        read={deadLetters}
        rowKey={(letter) => letter.id}
        empty={t`No failed events.`}
        columns={[
          { heading: t`Time`, cell: (letter) => formatDateTime(letter.at) },
          { heading: t`From`, cell: (letter) => sources()[letter.source] },
          { heading: t`Reason`, cell: (letter) => <Reason letter={letter} /> },
          {
            heading: t`Actions`,
            align: "end",
            cell: (letter) => (
              <>
                <Button variant="ghost" onClick={() => retry(letter.id)}>
                  {t`Try again`}
                </Button>
                <Button variant="ghost" onClick={() => setDeleting(letter)}>
                  {t`Delete`}
                </Button>
              </>
            ),
          },
        ]}
      />
      <AlertDialog
        open={deleting !== null}
        onOpenChange={() => setDeleting(null)}
        title={t`Delete this event?`}
        description={t`It will be permanently missing from where it belongs.`}
        confirmLabel={t`Delete event`}
        onConfirm={() => deleting && discard(deleting.id)}
      />
    </>
  );
}

function Reason({ letter }: { letter: DeadLetter }) {
  return (
    <div className="w-72 whitespace-normal sm:w-96">
      <p className="break-words">{letter.reason}</p>
      <details className="mt-1">
        <summary className="cursor-pointer text-sm text-muted">{t`Event`}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long event must scroll by keyboard */}
        <pre tabIndex={0} className="mt-1 max-h-48 overflow-auto rounded-lg bg-sunken p-2 text-xs">
          {letter.payload}
        </pre>
      </details>
    </div>
  );
}

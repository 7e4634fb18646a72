import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { sentenceFor } from "@/api/errors";
import { syncReport } from "@/api/roomLogs";
import { saveAs } from "@/browser/saveAs";
import { Button } from "@/ui/Button";
import { formatDateTime } from "@/ui/format";
import { LoadingScreen } from "@/ui/Spinner";
import { useRoom } from "../state/RoomContext";
import { milliseconds, reportCsv, roomSpread } from "./sentences";

const CELL = "text-start py-2 pe-4 font-normal whitespace-nowrap tabular-nums";

export function SyncReportTable() {
  const { roomId, bearer } = useRoom();
  const { data, error } = useQuery({
    queryKey: ["room", roomId, "report"],
    queryFn: () => syncReport(roomId, bearer()),
    staleTime: 0,
  });
  if (error) return <p className="text-danger-text">{sentenceFor(error)}</p>;
  if (!data) return <LoadingScreen label={t`Loading the report`} />;
  const spread = roomSpread(data);
  if (!spread) {
    return (
      <p className="text-muted">{t`Nothing yet. The first figures come while a film plays.`}</p>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <p className="text-lg font-semibold tabular-nums">
            {t`${milliseconds(spread.p50_ms)} off, mostly within ${milliseconds(spread.p95_ms)}`}
          </p>
          <p className="text-sm text-muted">
            {t`How far people were from the room’s clock: the median, and what 95 % of the time stays below.`}{" "}
            {data.since &&
              data.until &&
              t`${formatDateTime(data.since)} to ${formatDateTime(data.until)}.`}
          </p>
        </div>
        <Button
          onClick={() => saveAs("watchparty-sync.csv", reportCsv(data), "text/csv;charset=utf-8")}
        >
          {t`Download`}
        </Button>
      </div>
      <section
        className="overflow-x-auto"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard
        tabIndex={0}
        aria-label={t`Sync of each person`}
      >
        <table className="w-full text-start text-[0.9375rem]">
          <thead className="text-sm text-muted">
            <tr>
              {[t`Name`, t`Median`, "95 %", t`Stalls`].map((heading) => (
                <th key={heading} scope="col" className={CELL}>
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.people.map((one) => (
              <tr key={one.participant_id} className="border-t border-line">
                <td className={CELL}>
                  <bdi>{one.name}</bdi>
                </td>
                <td className={CELL}>{milliseconds(one.err_p50_ms)}</td>
                <td className={CELL}>{milliseconds(one.err_p95_ms)}</td>
                <td className={CELL}>{one.stalls}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

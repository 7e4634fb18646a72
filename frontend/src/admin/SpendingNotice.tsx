import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { CirclePause } from "lucide-react";
import { siteSettings } from "@/api/admin";
import { formatDateTime } from "@/ui/format";
import { KEY } from "./Settings";

/** Shown while the month's budget stops films. Only the operator can serve them again, from the command line. */
export function SpendingNotice() {
  const { data } = useQuery({ queryKey: KEY, queryFn: siteSettings });
  const spending = data?.spending;
  if (!spending?.films_stopped) return null;
  const { cost, limit, currency } = spending;
  return (
    <div
      role="status"
      className="mb-6 flex max-w-3xl gap-3 rounded-2xl bg-sunken p-4 ring-1 ring-line"
    >
      <CirclePause className="mt-0.5 size-5 shrink-0 text-warn-text" aria-hidden="true" />
      <div>
        <p className="font-semibold">{t`Films are paused`}</p>
        <p className="mt-1 text-muted">
          {t`This month has cost ${amount(cost)} ${currency} (${formatDateTime(spending.reported_at)}), and the limit is ${amount(limit)}.`}{" "}
          {t`Films play again next month, or when you raise the limit with watchparty admin film-budget.`}
        </p>
      </div>
    </div>
  );
}

const amount = (value: number): string => value.toFixed(2);

import { plural, t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { Clock } from "lucide-react";
import { siteSettings } from "@/api/admin";
import { formatDateTime } from "@/ui/format";
import { KEY } from "./Settings";

/** Shown while the server doubts its own clock, and so deletes less than has expired. */
export function ClockNotice() {
  const { data } = useQuery({ queryKey: KEY, queryFn: siteSettings });
  const clock = data?.clock;
  if (!clock || clock.status === "confirmed") return null;
  const reads = formatDateTime(clock.reads_at);
  const trusted = formatDateTime(clock.trusted_at);
  const hours = Math.ceil(clock.confirmed_after_s / 3600);
  return (
    <div
      role="status"
      className="mb-6 flex max-w-3xl gap-3 rounded-2xl bg-sunken p-4 ring-1 ring-line"
    >
      <Clock className="mt-0.5 size-5 shrink-0 text-warn-text" aria-hidden="true" />
      <div>
        <p className="font-semibold">{t`Is the server’s clock right?`}</p>
        <p className="mt-1 text-muted">
          {t`It reads ${reads}, but when the server was last sure, it was ${trusted}.`}{" "}
          {hours > 0
            ? plural(hours, {
                one: "Expired films and accounts are kept until the server has run for another hour with this clock.",
                other:
                  "Expired films and accounts are kept until the server has run for another # hours with this clock.",
              })
            : t`Expired films and accounts are kept until it agrees with the database’s clock.`}{" "}
          {t`If the clock is right, there’s nothing to do.`}
        </p>
      </div>
    </div>
  );
}

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
  const hours = Math.ceil(clock.confirmed_after_s / 3600);
  return (
    <div
      role="status"
      className="mb-6 flex max-w-3xl gap-3 rounded-2xl bg-sunken p-4 ring-1 ring-line"
    >
      <Clock className="mt-0.5 size-5 shrink-0 text-warn-text" aria-hidden="true" />
      <div>
        <p className="font-semibold">Is the server’s clock right?</p>
        <p className="mt-1 text-muted">
          It reads {formatDateTime(clock.reads_at)}, but when the server was last sure, it was{" "}
          {formatDateTime(clock.trusted_at)}. Expired films and accounts are kept
          {hours > 0
            ? ` until the server has run for another ${hours === 1 ? "hour" : `${hours} hours`} with this clock.`
            : " until it agrees with the database’s clock."}{" "}
          If the clock is right, there’s nothing to do.
        </p>
      </div>
    </div>
  );
}

import { plural, t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { Archive, Film, HardDrive, type LucideIcon, Tag, Users } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { type Overview as OverviewFacts, overview } from "@/api/admin";
import { ProblemScreen } from "@/api/ProblemScreen";
import { cx } from "@/ui/cx";
import { formatBytes, formatDateTime } from "@/ui/format";
import { LoadingScreen } from "@/ui/Spinner";
import { Doctor } from "./Doctor";
import { atLeast, backupIsMissing, backupRemark, queueText, spaceIsShort } from "./overviewText";

const EVERY_MS = 10_000;

/** What an admin looks for first, and where a new site goes on. */
export function Overview() {
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "overview"],
    queryFn: overview,
    refetchInterval: EVERY_MS,
  });
  if (error) return <ProblemScreen error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen label={t`Loading the overview`} />;
  const isNew = data.accounts <= 1 && data.videos === 0;
  return (
    <div className="flex flex-col gap-8">
      {isNew && <NextSteps />}
      <Facts facts={data} />
      <Doctor />
    </div>
  );
}

function Facts({ facts }: { facts: OverviewFacts }) {
  const { free_bytes, queue, accounts, videos, failed_events, version, backup } = facts;
  const short = spaceIsShort(free_bytes);
  return (
    <dl className={cx("grid gap-3 sm:grid-cols-2", backup ? "lg:grid-cols-3" : "xl:grid-cols-4")}>
      <Fact Icon={HardDrive} name={t`Free for films`} warns={short}>
        <Value>{free_bytes === null ? t`No limit` : formatBytes(free_bytes)}</Value>
        <Remark>
          {free_bytes === null
            ? t`Films are stored in a bucket.`
            : short
              ? t`Soon full. Delete films or add a disk.`
              : t`On the server’s disk.`}
        </Remark>
      </Fact>
      <Fact Icon={Film} name={t`Films`} warns={queue.failed > 0}>
        <Value>{atLeast(videos)}</Value>
        <Remark>
          {queueText(queue)}
          {queue.failed > 0 && <To tab="jobs">{t`Show failed films`}</To>}
        </Remark>
      </Fact>
      <Fact Icon={Users} name={t`Accounts`} warns={false}>
        <Value>{atLeast(accounts)}</Value>
        <Remark>
          <To tab="invites">{t`Invite someone`}</To>
        </Remark>
      </Fact>
      <Fact Icon={Tag} name={t`Version`} warns={failed_events > 0}>
        <Value>{version}</Value>
        <Remark>
          {failed_events === 0 ? (
            t`No failed events.`
          ) : (
            <To tab="failed-events">
              {plural(failed_events, { one: "# failed event", other: "# failed events" })}
            </To>
          )}
        </Remark>
      </Fact>
      {backup && (
        <Fact
          Icon={Archive}
          name={t`Last backup`}
          warns={backupIsMissing(backup, Date.now())}
          className="sm:col-span-2"
        >
          <Value>{backup.succeeded_at ? formatDateTime(backup.succeeded_at) : t`Never`}</Value>
          <Remark>{backupRemark(backup)}</Remark>
        </Fact>
      )}
    </dl>
  );
}

interface FactProps {
  Icon: LucideIcon;
  name: string;
  warns: boolean;
  className?: string;
  children: ReactNode;
}

function Fact({ Icon, name, warns, className, children }: FactProps) {
  return (
    <div className={cx("rounded-2xl bg-surface p-5 ring-1 ring-line", className)}>
      <dt className="flex items-center gap-2 text-sm font-medium text-muted">
        <Icon
          className={warns ? "size-4 text-warn-text" : "size-4 text-accent-text"}
          aria-hidden="true"
        />
        {name}
      </dt>
      <dd className="mt-2">{children}</dd>
    </div>
  );
}

function Value({ children }: { children: ReactNode }) {
  return <p className="text-title font-bold tabular-nums">{children}</p>;
}

function Remark({ children }: { children: ReactNode }) {
  return <p className="mt-1 flex flex-wrap gap-x-3 text-sm text-muted">{children}</p>;
}

function To({ tab, children }: { tab: string; children: ReactNode }) {
  return (
    <Link
      to={`/admin?tab=${tab}`}
      className="font-medium text-accent-text underline underline-offset-2 hover:no-underline"
    >
      {children}
    </Link>
  );
}

const steps = () => [
  { to: "/new", title: t`Start a watch party`, text: t`Choose a film, then send the link.` },
  { to: "/library", title: t`Add a film`, text: t`It can be watched seconds after the upload.` },
  {
    to: "/admin?tab=invites",
    title: t`Invite people`,
    text: t`For accounts. Guests need only a room’s link.`,
  },
  {
    to: "/admin?tab=settings",
    title: t`Set limits`,
    text: t`Storage, file size and who can register.`,
  },
];

function NextSteps() {
  return (
    <section aria-labelledby="next-steps">
      <h2 id="next-steps" className="text-xl font-bold tracking-tight">
        {t`Your site is ready`}
      </h2>
      <p className="mt-1 text-muted">{t`What comes next is up to you:`}</p>
      <ul className="mt-4 grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        {steps().map(({ to, title, text }) => (
          <li key={to}>
            <Link
              to={to}
              className="block h-full rounded-2xl bg-accent-soft p-5 ring-1 ring-transparent hover:ring-accent"
            >
              <span className="font-semibold">{title}</span>
              <span className="mt-1 block text-sm text-muted">{text}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

import { plural, t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import { diagnosis, type Finding } from "@/api/admin";
import { Button } from "@/ui/Button";

/** What the server finds wrong with itself, and the lines that mend it. The sentences are the server's. */
export function Doctor() {
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["admin", "doctor"],
    queryFn: diagnosis,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const findings = data?.findings;
  if (findings === null) return null;
  return (
    <section aria-labelledby="doctor" aria-busy={isFetching}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="doctor" className="text-xl font-bold tracking-tight">
          {t`Health`}
        </h2>
        <Button disabled={isFetching} onClick={() => void refetch()}>
          {isFetching ? t`Checking…` : t`Check again`}
        </Button>
      </div>
      {error && <p className="mt-3 text-danger-text">{t`The server couldn’t be checked.`}</p>}
      {findings && (
        <p role="status" className="mt-1 flex items-center gap-2 text-muted">
          {findings.length === 0 && (
            <CircleCheck className="size-4 text-accent-text" aria-hidden="true" />
          )}
          {findings.length === 0
            ? t`No fault found.`
            : plural(findings.length, { one: "# fault found.", other: "# faults found." })}
        </p>
      )}
      <ul className="mt-4 flex flex-col gap-3 empty:hidden">
        {findings?.map((finding) => (
          <Fault key={finding.code + finding.what} finding={finding} />
        ))}
      </ul>
    </section>
  );
}

function Fault({ finding: { severity, certainty, what, mend } }: { finding: Finding }) {
  const isError = severity === "error";
  const Icon = isError ? CircleX : TriangleAlert;
  return (
    <li className="flex gap-3 rounded-2xl bg-surface p-5 ring-1 ring-line">
      <Icon
        className={
          isError
            ? "mt-0.5 size-5 shrink-0 text-danger-text"
            : "mt-0.5 size-5 shrink-0 text-warn-text"
        }
        role="img"
        aria-label={isError ? t`Error` : t`Warning`}
      />
      <div className="min-w-0">
        <p className="[overflow-wrap:anywhere]" lang="en" dir="ltr">
          {what}
        </p>
        {certainty === "likely" && (
          <p className="text-sm text-muted">{t`This is likely, not certain.`}</p>
        )}
        <p className="mt-2 text-sm text-muted">{t`To mend it:`}</p>
        <code
          className="mt-1 block whitespace-pre-wrap [overflow-wrap:anywhere] text-sm"
          lang="en"
          dir="ltr"
        >
          {mend}
        </code>
      </div>
    </li>
  );
}

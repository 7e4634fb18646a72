/** The page for a failed call or a crash: what happened, and the one thing to do next. */

import { t } from "@lingui/core/macro";
import { CircleAlert } from "lucide-react";
import { Link, useLocation } from "react-router";
import { Button, buttonClass } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ApiError, NetworkError, sentenceFor } from "./errors";

type NextStep = "home" | "retry" | "sign_in" | "library";

interface ProblemText {
  title: string;
  text: string;
  next: NextStep;
}

const byStatus = (): Record<number, ProblemText> => ({
  401: { title: t`You’re not signed in`, text: t`Sign in to see this page.`, next: "sign_in" },
  403: {
    title: t`You don’t have access`,
    text: t`Ask the admin if you think you should.`,
    next: "home",
  },
  404: {
    title: t`Page not found`,
    text: t`Check the link; the page may have been deleted.`,
    next: "home",
  },
  410: { title: t`This link has already been used`, text: t`Ask for a new one.`, next: "home" },
  413: { title: t`That’s too large`, text: t`Choose a smaller file.`, next: "library" },
  429: { title: t`Slow down a moment`, text: t`Wait a moment, then try again.`, next: "retry" },
  503: { title: t`Back in a moment`, text: t`The server is starting up or busy.`, next: "retry" },
});

function problemText(error: unknown): ProblemText {
  if (error instanceof NetworkError) {
    return { title: t`No connection`, text: error.detail, next: "retry" };
  }
  if (error instanceof ApiError && byStatus()[error.status])
    return byStatus()[error.status] as ProblemText;
  return { title: t`That didn’t work`, text: sentenceFor(error), next: "retry" };
}

function requestIdOf(error: unknown): string | null {
  return error instanceof ApiError ? error.requestId : null;
}

interface ProblemScreenProps {
  error: unknown;
  /** Without it, "Try again" reloads the page. */
  onRetry?: () => void;
}

export function ProblemScreen({ error, onRetry }: ProblemScreenProps) {
  const { title, text, next } = problemText(error);
  const requestId = requestIdOf(error);
  return (
    <EmptyState
      icon={<CircleAlert />}
      title={title}
      headingLevel="h1"
      action={<NextAction next={next} onRetry={onRetry ?? (() => location.reload())} />}
    >
      <p>{text}</p>
      {requestId && <p className="mt-3 text-xs">{t`Reference: ${requestId}`}</p>}
    </EmptyState>
  );
}

function NextAction({ next, onRetry }: { next: NextStep; onRetry: () => void }) {
  const { pathname, search } = useLocation();
  if (next === "retry") {
    return (
      <Button variant="primary" onClick={onRetry}>
        {t`Try again`}
      </Button>
    );
  }
  const target = {
    home: { to: "/", label: t`Go home` },
    library: { to: "/library", label: t`Back to library` },
    sign_in: { to: `/login?next=${encodeURIComponent(pathname + search)}`, label: t`Sign in` },
  }[next];
  return (
    <Link to={target.to} className={buttonClass("primary")}>
      {target.label}
    </Link>
  );
}

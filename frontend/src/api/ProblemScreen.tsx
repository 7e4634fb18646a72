/** What a refused page says: what happened, and the one thing to do next. */

import { CircleAlert } from "lucide-react";
import { Link, useLocation } from "react-router";
import { Button, buttonClass } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { ApiError, NetworkError, sentenceFor } from "./errors";

export type NextStep = "home" | "retry" | "sign_in" | "library";

export interface ProblemText {
  title: string;
  text: string;
  next: NextStep;
}

const BY_STATUS: Record<number, ProblemText> = {
  401: { title: "Please sign in", text: "This page belongs to an account.", next: "sign_in" },
  403: {
    title: "This is not yours to see",
    text: "Your account may not open this page. Ask whoever runs this site if it should.",
    next: "home",
  },
  404: {
    title: "There is nothing here",
    text: "It may have been deleted, or the link is mistyped.",
    next: "home",
  },
  410: { title: "This link has been used up", text: "Ask for a new one.", next: "home" },
  413: { title: "That is too large", text: "Choose a smaller file.", next: "library" },
  429: { title: "That was a bit fast", text: "Wait a moment, then try again.", next: "retry" },
  503: { title: "Back in a moment", text: "The server is starting or very busy.", next: "retry" },
};

export function problemText(error: unknown): ProblemText {
  if (error instanceof NetworkError) {
    return { title: "No connection", text: error.detail, next: "retry" };
  }
  if (error instanceof ApiError && BY_STATUS[error.status])
    return BY_STATUS[error.status] as ProblemText;
  return { title: "That did not work", text: sentenceFor(error), next: "retry" };
}

export function requestIdOf(error: unknown): string | null {
  return error instanceof ApiError ? error.requestId : null;
}

interface ProblemScreenProps {
  error: unknown;
  /** Without it "Try again" loads the page anew. */
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
      {requestId && <p className="mt-3 text-xs">Reference: {requestId}</p>}
    </EmptyState>
  );
}

function NextAction({ next, onRetry }: { next: NextStep; onRetry: () => void }) {
  const { pathname, search } = useLocation();
  if (next === "retry") {
    return (
      <Button variant="primary" onClick={onRetry}>
        Try again
      </Button>
    );
  }
  const target = {
    home: { to: "/", label: "Go to the start page" },
    library: { to: "/library", label: "Back to the library" },
    sign_in: { to: `/login?next=${encodeURIComponent(pathname + search)}`, label: "Sign in" },
  }[next];
  return (
    <Link to={target.to} className={buttonClass("primary")}>
      {target.label}
    </Link>
  );
}

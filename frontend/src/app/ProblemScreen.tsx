import { CircleAlert } from "lucide-react";
import { Link, useLocation } from "react-router";
import { Button, buttonClass } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { type NextStep, problemText, requestIdOf } from "./problems";

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

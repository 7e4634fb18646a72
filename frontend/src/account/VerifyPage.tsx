import { t } from "@lingui/core/macro";
import { MailCheck, MailX } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "react-router";
import { verifyEmail } from "@/api/accounts";
import { useSubmission } from "@/api/useSubmission";
import { buttonClass } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { useTitle } from "@/ui/useTitle";
import { fragmentSecret } from "@/visitor/links";
import { EntryCard } from "./EntryCard";

/** The target of the link in a verification mail. It requires a click, because mail scanners follow links. */
export default function VerifyPage() {
  useTitle(t`Confirm your email`);
  const { hash } = useLocation();
  const [token] = useState(() => fragmentSecret(hash, "token"));
  const [confirmed, setConfirmed] = useState(false);
  const { busy, submit, message } = useSubmission();
  if (token === null) {
    return (
      <EmptyState icon={<MailX />} title={t`Incomplete link`} headingLevel="h1">
        {t`Open it from the email again, or copy the whole link.`}
      </EmptyState>
    );
  }
  if (confirmed) {
    return (
      <EmptyState
        icon={<MailCheck />}
        title={t`Email confirmed`}
        headingLevel="h1"
        action={
          <Link to="/" className={buttonClass("primary")}>
            {t`Continue`}
          </Link>
        }
      />
    );
  }
  return (
    <EntryCard
      title={t`Confirm your email`}
      intro={t`So we can reach you.`}
      submitLabel={t`Confirm`}
      busy={busy}
      message={message}
      onSubmit={() => void submit(() => verifyEmail(token)).then(setConfirmed)}
    />
  );
}

import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { setUp, setupOpen } from "@/api/accounts";
import { ApiError } from "@/api/errors";
import { ProblemScreen } from "@/api/ProblemScreen";
import { useSubmission } from "@/api/useSubmission";
import { buttonClass } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { LoadingScreen } from "@/ui/Spinner";
import { useTitle } from "@/ui/useTitle";
import { fragmentSecret } from "@/visitor/links";
import { EntryCard } from "./EntryCard";
import { EmailField, NameField, PasswordField } from "./fields";

/** The server prints a link to this page at its first start; it creates the administrator, once. */
export default function SetupPage() {
  useTitle(t`Set up`);
  const { hash } = useLocation();
  const [token] = useState(() => fragmentSecret(hash, "token"));
  const open = useQuery({ queryKey: ["setup"], queryFn: setupOpen, retry: false });
  if (open.isPending) return <LoadingScreen />;
  if (open.error instanceof ApiError && open.error.status === 410) return <AlreadySetUp />;
  if (open.error) return <ProblemScreen error={open.error} />;
  if (token === null) return <LinkNeeded />;
  return <SetupForm token={token} />;
}

function SetupForm({ token }: { token: string }) {
  const navigate = useNavigate();
  const { busy, submit, field, message } = useSubmission();

  async function send(form: FormData) {
    const done = await submit(() =>
      setUp({
        token,
        email: String(form.get("email")),
        password: String(form.get("password")),
        display_name: String(form.get("display_name")),
      }),
    );
    if (done) navigate("/admin", { replace: true });
  }

  return (
    <EntryCard
      title={t`Make it yours`}
      intro={t`You’ll be the admin: you can invite people and set limits.`}
      submitLabel={t`Set up`}
      busy={busy}
      message={message}
      onSubmit={(form) => void send(form)}
    >
      <NameField error={field("display_name")} />
      <EmailField error={field("email")} />
      <PasswordField isNew error={field("password")} />
    </EntryCard>
  );
}

function LinkNeeded() {
  return (
    <EmptyState icon={<KeyRound />} title={t`Open the setup link`} headingLevel="h1">
      {t`The server printed a link when it started. Open it so we know it’s your server.`}
    </EmptyState>
  );
}

function AlreadySetUp() {
  return (
    <EmptyState
      icon={<KeyRound />}
      title={t`Already set up`}
      headingLevel="h1"
      action={
        <Link to="/login" className={buttonClass("primary")}>
          {t`Sign in`}
        </Link>
      }
    >
      {t`The setup link only works once.`}
    </EmptyState>
  );
}

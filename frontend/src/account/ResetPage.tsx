import { t } from "@lingui/core/macro";
import { MailCheck } from "lucide-react";
import { useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { resetPassword } from "@/api/accounts";
import { useSiteConfig } from "@/api/siteConfig";
import { useSubmission } from "@/api/useSubmission";
import { EmptyState } from "@/ui/EmptyState";
import { showToast } from "@/ui/Toast";
import { useTitle } from "@/ui/useTitle";
import { fragmentSecret } from "@/visitor/links";
import { EntryCard } from "./EntryCard";
import { EmailField, PasswordField } from "./fields";
import { signInMethods } from "./signInMethods";

/** Without a token, sends the reset link; with one, sets the new password. */
export default function ResetPage() {
  useTitle(t`Reset password`);
  const { hash } = useLocation();
  const [token] = useState(() => fragmentSecret(hash, "token"));
  return token === null ? <RequestLink /> : <NewPassword token={token} />;
}

function RequestLink() {
  const config = useSiteConfig();
  const { busy, submit, field, message } = useSubmission();
  const [sent, setSent] = useState(false);
  if (sent) {
    return (
      <EmptyState icon={<MailCheck />} title={t`Check your email`} headingLevel="h1">
        {config?.sign_in === "local" && !config.mail_delivers
          ? t`This site doesn’t send email. Ask the admin for your reset link: it’s in the server’s log.`
          : t`If this address has an account, a reset link is on its way. It works for one hour.`}
      </EmptyState>
    );
  }
  return (
    <EntryCard
      title={t`Forgot password?`}
      intro={t`We’ll email you a reset link.`}
      submitLabel={t`Send link`}
      busy={busy}
      message={message}
      onSubmit={(form) =>
        void submit(() => signInMethods(config).sendReset(String(form.get("email")))).then((done) =>
          setSent(done),
        )
      }
    >
      <EmailField error={field("email")} />
    </EntryCard>
  );
}

function NewPassword({ token }: { token: string }) {
  const navigate = useNavigate();
  const { busy, submit, field, message } = useSubmission();

  async function send(form: FormData) {
    if (await submit(() => resetPassword(token, String(form.get("password"))))) {
      showToast(
        t`Password changed. Sign in again on your other devices and create new API tokens.`,
        {
          tone: "good",
        },
      );
      navigate("/login", { replace: true });
    }
  }

  return (
    <EntryCard
      title={t`Set a new password`}
      submitLabel={t`Set password`}
      busy={busy}
      message={message}
      onSubmit={(form) => void send(form)}
    >
      <PasswordField isNew error={field("password")} />
    </EntryCard>
  );
}

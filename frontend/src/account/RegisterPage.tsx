import { t } from "@lingui/core/macro";
import { MailQuestion } from "lucide-react";
import { useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { useSession } from "@/api/session";
import { type SiteConfig, useSiteConfig } from "@/api/siteConfig";
import { useSubmission } from "@/api/useSubmission";
import { buttonClass } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { LoadingScreen } from "@/ui/Spinner";
import { showToast } from "@/ui/Toast";
import { useTitle } from "@/ui/useTitle";
import { fragmentSecret } from "@/visitor/links";
import { EntryCard } from "./EntryCard";
import { EmailField, NameField, PasswordField } from "./fields";
import { signInMethods } from "./signInMethods";

/** Registers by invitation (secret in the fragment), freely if the site allows it, or to keep a temporary account. */
export default function RegisterPage() {
  useTitle(t`Create account`);
  const config = useSiteConfig();
  const { hash } = useLocation();
  const [invite] = useState(() => fragmentSecret(hash, "invite"));
  if (!config) return <LoadingScreen />;
  const invited = config.registration === "open" || invite !== null;
  // At Identity Platform the first administrator registers like everyone else and is recognised by the address.
  if (!invited && config.sign_in === "local") return <InvitationNeeded />;
  return <RegisterForm config={config} invite={invite} />;
}

function RegisterForm({ config, invite }: { config: SiteConfig; invite: string | null }) {
  const navigate = useNavigate();
  const temporary = useSession(({ account }) =>
    account?.temporary && config.sign_in === "local" ? account : null,
  );
  const { busy, submit, field, message } = useSubmission();

  async function send(form: FormData) {
    const done = await submit(() =>
      signInMethods(config).signUp({
        email: String(form.get("email")),
        password: String(form.get("password")),
        display_name: String(form.get("display_name")),
        ...(invite === null ? {} : { invite }),
      }),
    );
    if (!done) return;
    if (config.sign_in === "identity_platform") {
      showToast(t`Check your email to confirm your address.`, { tone: "good" });
    }
    navigate("/library", { replace: true });
  }

  return (
    <EntryCard
      title={temporary ? t`Keep your rooms and films` : t`Create account`}
      intro={introOf(temporary !== null, config.registration === "open" || invite !== null)}
      submitLabel={temporary ? t`Keep everything` : t`Create account`}
      busy={busy}
      message={message}
      onSubmit={(form) => void send(form)}
      footer={
        <Link
          to="/login"
          className="inline-flex min-h-11 items-center justify-center font-medium text-accent-text hover:underline"
        >
          {t`Sign in instead`}
        </Link>
      }
    >
      <NameField error={field("display_name")} defaultValue={temporary?.display_name} />
      <EmailField error={field("email")} />
      <PasswordField isNew error={field("password")} />
    </EntryCard>
  );
}

function introOf(temporary: boolean, invited: boolean): string | undefined {
  if (temporary) return t`Create an account and nothing expires.`;
  if (!invited) return t`Invite-only, unless you run this site.`;
}

function InvitationNeeded() {
  return (
    <EmptyState
      icon={<MailQuestion />}
      title={t`Invite-only site`}
      headingLevel="h1"
      action={
        <Link to="/" className={buttonClass("primary")}>
          {t`Go home`}
        </Link>
      }
    >
      {t`Ask the admin for an invitation link. You don’t need an account to join a friend’s room.`}
    </EmptyState>
  );
}

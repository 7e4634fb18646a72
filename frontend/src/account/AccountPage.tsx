import { plural, t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { type Account, usage } from "@/api/accounts";
import { useSession } from "@/api/session";
import { useSiteConfig } from "@/api/siteConfig";
import { buttonClass } from "@/ui/Button";
import { formatBytes, formatDateTime } from "@/ui/format";
import { Progress } from "@/ui/Progress";
import { LanguageChoice } from "@/ui/preferences/LanguageChoice";
import { ThemeChoice } from "@/ui/preferences/ThemeChoice";
import { useTitle } from "@/ui/useTitle";
import { Devices } from "./Devices";
import { ExportAndDelete } from "./ExportAndDelete";
import { ApiTokens } from "./integrations/ApiTokens";
import { Webhooks } from "./integrations/Webhooks";
import { PasswordForm, ProfileForm } from "./ProfileForm";
import { Section } from "./Section";
import { SignInSecurity } from "./SignInSecurity";

export default function AccountPage() {
  useTitle(t`Account`);
  const account = useSession((session) => session.account);
  const hasPassword = useSiteConfig()?.sign_in !== "identity_platform";
  if (!account) return null;
  return (
    <div className="mx-auto w-full max-w-4xl px-4 py-6 sm:px-8">
      <h1 className="mb-6 text-title font-bold">{t`Account`}</h1>
      {account.temporary && <ClaimBanner account={account} />}
      <Section title={t`Profile`}>
        <ProfileForm account={account} />
      </Section>
      {!account.temporary && hasPassword && (
        <Section
          title={t`Password`}
          intro={t`Changing it signs you out on other devices and deletes your API tokens.`}
        >
          <PasswordForm />
        </Section>
      )}
      {!account.temporary && (
        <Section
          title={t`Sign-in and security`}
          intro={t`With a passkey or an authenticator app, a password alone no longer signs in.`}
        >
          <SignInSecurity />
        </Section>
      )}
      <Section title={t`Storage`}>
        <UsedSpace />
      </Section>
      <Section title={t`Language`}>
        <div className="w-fit">
          <LanguageChoice />
        </div>
      </Section>
      <Section title={t`Theme`}>
        <div className="w-fit">
          <ThemeChoice />
        </div>
      </Section>
      {!account.temporary && (
        <>
          <Section title={t`Devices`} intro={t`Where you’re signed in.`}>
            <Devices />
          </Section>
          <Section title={t`API tokens`} intro={t`For scripts and integrations.`}>
            <ApiTokens />
          </Section>
          <Section
            title={t`Webhooks`}
            intro={t`Call your own server when something happens in your rooms.`}
          >
            <Webhooks />
          </Section>
        </>
      )}
      <Section title={t`Your data`}>
        <ExportAndDelete account={account} />
      </Section>
    </div>
  );
}

function ClaimBanner({ account }: { account: Account }) {
  const config = useSiteConfig();
  const mayRegister = config?.registration === "open" && config.sign_in === "local";
  return (
    <div className="mb-4 flex flex-wrap items-center justify-between gap-4 rounded-3xl bg-accent-soft p-5 sm:p-6">
      <div>
        <p className="font-semibold">{t`Temporary account`}</p>
        <p className="text-muted">
          {account.expires_at
            ? t`Your rooms and films are deleted on ${formatDateTime(account.expires_at)}.`
            : t`Your rooms and films are deleted after a day.`}
        </p>
      </div>
      {mayRegister ? (
        <Link to="/register" className={buttonClass("primary")}>
          {t`Keep everything`}
        </Link>
      ) : (
        <p className="text-sm text-muted">{t`Ask the admin for an invitation to keep them.`}</p>
      )}
    </div>
  );
}

function UsedSpace() {
  const { data } = useQuery({ queryKey: ["usage"], queryFn: usage });
  if (!data) return <Progress label={t`Storage used`} />;
  return (
    <div className="max-w-md">
      <Progress
        label={t`Storage used`}
        value={data.quota_bytes > 0 ? data.used_bytes / data.quota_bytes : 1}
      />
      <p className="mt-2 text-muted tabular-nums">
        {t`${formatBytes(data.used_bytes)} of ${formatBytes(data.quota_bytes)} · ${plural(data.videos, { one: "# film", other: "# films" })} · ${plural(data.rooms, { one: "# room", other: "# rooms" })}`}
      </p>
    </div>
  );
}

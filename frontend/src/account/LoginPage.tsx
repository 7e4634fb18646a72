import { t } from "@lingui/core/macro";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import {
  passkeyForTicket,
  type SecondStep,
  sendSecondStep,
  signInWithPasskey,
} from "@/api/factors";
import { useSession } from "@/api/session";
import { useSiteConfig } from "@/api/siteConfig";
import { useSubmission } from "@/api/useSubmission";
import { passkeyObstacle } from "@/api/webauthn";
import { Button } from "@/ui/Button";
import { LoadingScreen } from "@/ui/Spinner";
import { useTitle } from "@/ui/useTitle";
import { safeNext } from "@/visitor/links";
import { EntryCard } from "./EntryCard";
import { EmailField, PasswordField } from "./fields";
import { ProofForm } from "./ProofForm";
import { signInMethods } from "./signInMethods";

const LINK =
  "inline-flex min-h-11 items-center justify-center font-medium text-accent-text hover:underline";

export default function LoginPage() {
  useTitle(t`Sign in`);
  const [search] = useSearchParams();
  const config = useSiteConfig();
  const signedIn = useSession((session) => session.account !== null && !session.account.temporary);
  const { busy, submit, field, message } = useSubmission();
  const [step, setStep] = useState<SecondStep | null>(null);
  const next = safeNext(search.get("next"));
  if (config === undefined) return <LoadingScreen />;
  if (signedIn) return <Navigate to={next} replace />;
  if (step) {
    return (
      <div className="mx-auto w-full max-w-md px-4 py-8 sm:py-14">
        <div className="rounded-3xl bg-surface p-6 shadow-high ring-1 ring-line sm:p-9">
          <h1 className="mb-6 text-title font-bold">{t`Confirm it’s you`}</h1>
          <ProofForm
            methods={step.methods}
            passkey={() => passkeyForTicket(step.ticket)}
            password={async (password) => ({ password })}
            send={(proof) => sendSecondStep(step.ticket, proof)}
          />
          <Button variant="ghost" className="mt-4 w-full" onClick={() => setStep(null)}>
            {t`Back`}
          </Button>
        </div>
      </div>
    );
  }

  return (
    <EntryCard
      title={t`Welcome back`}
      submitLabel={t`Sign in`}
      busy={busy}
      message={message}
      onSubmit={(form) => {
        const body = { email: String(form.get("email")), password: String(form.get("password")) };
        void submit(async () => setStep(await signInMethods(config).signIn(body)));
      }}
      footer={
        <>
          {passkeyObstacle(config.passkey_origin) === null && (
            <Button onClick={() => void submit(() => signInWithPasskey())}>
              <KeyRound aria-hidden="true" />
              {t`Sign in with a passkey`}
            </Button>
          )}
          <Link to="/reset" className={LINK}>
            {t`Forgot password?`}
          </Link>
          {config.registration === "open" ? (
            <Link to="/register" className={LINK}>
              {t`Create account`}
            </Link>
          ) : (
            <p className="text-sm">{t`New here? Ask the admin for an invitation.`}</p>
          )}
        </>
      }
    >
      <EmailField error={field("email")} />
      <PasswordField error={field("password")} />
    </EntryCard>
  );
}

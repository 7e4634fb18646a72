import { Link, Navigate, useSearchParams } from "react-router";
import { useSession } from "@/api/session";
import { useSiteConfig } from "@/api/siteConfig";
import { useSubmission } from "@/api/useSubmission";
import { LoadingScreen } from "@/ui/Spinner";
import { useTitle } from "@/ui/useTitle";
import { safeNext } from "@/visitor/links";
import { EntryCard } from "./EntryCard";
import { EmailField, PasswordField } from "./fields";
import { signInMethods } from "./signInMethods";

const LINK =
  "inline-flex min-h-11 items-center justify-center font-medium text-accent-text hover:underline";

export default function LoginPage() {
  useTitle("Sign in");
  const [search] = useSearchParams();
  const config = useSiteConfig();
  const signedIn = useSession((session) => session.account !== null && !session.account.temporary);
  const { busy, submit, field, message } = useSubmission();
  const next = safeNext(search.get("next"));
  if (config === undefined) return <LoadingScreen />;
  if (signedIn) return <Navigate to={next} replace />;

  return (
    <EntryCard
      title="Welcome back"
      submitLabel="Sign in"
      busy={busy}
      message={message}
      onSubmit={(form) => {
        const body = { email: String(form.get("email")), password: String(form.get("password")) };
        void submit(() => signInMethods(config).signIn(body));
      }}
      footer={
        <>
          <Link to="/reset" className={LINK}>
            Forgot password?
          </Link>
          {config.registration === "open" ? (
            <Link to="/register" className={LINK}>
              Create account
            </Link>
          ) : (
            <p className="text-sm">New here? Ask the admin for an invitation.</p>
          )}
        </>
      }
    >
      <EmailField error={field("email")} />
      <PasswordField error={field("password")} />
    </EntryCard>
  );
}

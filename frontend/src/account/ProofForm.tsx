import { t } from "@lingui/core/macro";
import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Proof } from "@/api/factors";
import type { ProofMethod } from "@/api/proof";
import { useSubmission } from "@/api/useSubmission";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { PasswordField } from "./fields";

interface ProofFormProps {
  methods: ProofMethod[];
  /** Asks the browser for a passkey. */
  passkey: () => Promise<Proof>;
  /** Turns the password into a proof, at sites with an identity provider into an ID token. */
  password: (password: string) => Promise<Proof>;
  send: (proof: Proof) => Promise<unknown>;
}

const choices = (): Record<ProofMethod, string> => ({
  passkey: t`Use a passkey`,
  code: t`Use your authenticator app`,
  recovery_code: t`Use a recovery code`,
  password: t`Use your password`,
  id_token: t`Use your password`,
});

/** Confirms who the user is, with the first of the account's methods or another one that they choose. */
export function ProofForm({ methods, passkey, password, send }: ProofFormProps) {
  const [method, setMethod] = useState(methods[0]);
  const { busy, submit, message } = useSubmission();

  async function proofOf(form: FormData): Promise<Proof> {
    if (method === "passkey") return passkey();
    const typed = String(form.get("proof"));
    if (method === "code") return { code: typed };
    if (method === "recovery_code") return { recovery_code: typed };
    return password(typed);
  }

  function confirm(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void submit(async () => send(await proofOf(form)));
  }

  if (method === undefined) {
    return <p className="text-muted">{t`Sign out and sign in again to do this.`}</p>;
  }
  return (
    <form onSubmit={confirm} className="flex flex-col gap-4">
      {method === "code" && (
        <Field label={t`Code`} hint={t`The six digits that your authenticator app shows now.`}>
          <Input
            key="code"
            name="proof"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={12}
            required
            autoFocus
          />
        </Field>
      )}
      {method === "recovery_code" && (
        <Field label={t`Recovery code`} hint={t`Each code works once.`}>
          <Input
            key="recovery"
            name="proof"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={40}
            required
            autoFocus
          />
        </Field>
      )}
      {(method === "password" || method === "id_token") && <PasswordField name="proof" autoFocus />}
      {message && (
        <p role="alert" className="rounded-xl bg-danger-soft px-4 py-3 text-danger-text">
          {message}
        </p>
      )}
      <Button
        key={method}
        type="submit"
        variant="primary"
        size="lg"
        busy={busy}
        autoFocus={method === "passkey"}
      >
        {method === "passkey" && <KeyRound aria-hidden="true" />}
        {method === "passkey" ? choices().passkey : t`Confirm`}
      </Button>
      {methods
        .filter((one) => one !== method)
        .map((one) => (
          <Button key={one} variant="ghost" onClick={() => setMethod(one)}>
            {choices()[one]}
          </Button>
        ))}
    </form>
  );
}

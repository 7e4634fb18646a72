import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { type Account, changeProfile } from "@/api/accounts";
import { useSubmission } from "@/api/useSubmission";
import { Button } from "@/ui/Button";
import { showToast } from "@/ui/Toast";
import { NameField, PasswordField } from "./fields";

export function ProfileForm({ account }: { account: Account }) {
  const { busy, submit, field, message } = useSubmission();

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const display_name = String(new FormData(event.currentTarget).get("display_name"));
    if (await submit(() => changeProfile({ display_name }))) showToast(t`Saved.`, { tone: "good" });
  }

  return (
    <form onSubmit={(event) => void save(event)} className="flex max-w-md flex-col gap-4">
      <NameField error={field("display_name")} defaultValue={account.display_name} />
      {account.email && (
        <p className="text-sm text-muted">
          {account.email_verified
            ? t`You sign in as ${account.email}. The address is confirmed.`
            : t`You sign in as ${account.email}. The address isn’t confirmed yet.`}
        </p>
      )}
      <FormMessage message={message} />
      <Button type="submit" busy={busy} className="self-start">
        {t`Save`}
      </Button>
    </form>
  );
}

export function PasswordForm() {
  const queries = useQueryClient();
  const { busy, submit, field, message } = useSubmission();

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const body = {
      current_password: String(given.get("current_password")),
      password: String(given.get("password")),
    };
    if (await submit(() => changeProfile(body))) {
      form.reset();
      showToast(t`Password changed.`, { tone: "good" });
      void queries.invalidateQueries(); // the change has removed devices and API tokens
    }
  }

  return (
    <form onSubmit={(event) => void save(event)} className="flex max-w-md flex-col gap-4">
      <PasswordField
        name="current_password"
        label={t`Current password`}
        error={field("current_password")}
      />
      <PasswordField label={t`New password`} isNew error={field("password")} />
      <FormMessage message={message} />
      <Button type="submit" busy={busy} className="self-start">
        {t`Change password`}
      </Button>
    </form>
  );
}

function FormMessage({ message }: { message: string | null }) {
  if (message === null) return null;
  return (
    <p role="alert" className="text-danger-text">
      {message}
    </p>
  );
}

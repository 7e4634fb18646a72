import { t } from "@lingui/core/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { apiTokens, createApiToken, deleteApiToken, type Scope } from "@/api/accounts";
import { sentenceFor } from "@/api/errors";
import { useSubmission } from "@/api/useSubmission";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { formatDate } from "@/ui/format";
import { Name } from "@/ui/Name";
import { showToast } from "@/ui/Toast";
import { Secret } from "./Secret";

const SCOPES: Scope[] = [
  "rooms:read",
  "rooms:write",
  "videos:read",
  "videos:write",
  "account:read",
];
const KEY = ["api-tokens"];

export function ApiTokens() {
  const queries = useQueryClient();
  const [creating, setCreating] = useState(false);
  const list = useQuery({ queryKey: KEY, queryFn: apiTokens });
  const remove = useMutation({
    mutationFn: deleteApiToken,
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
    onError: (error) => showToast(sentenceFor(error), { tone: "danger" }),
  });
  return (
    <div className="flex flex-col items-start gap-3">
      {list.error && <p className="text-danger-text">{sentenceFor(list.error)}</p>}
      <ul className="w-full">
        {list.data?.items.map((token) => (
          <li key={token.id} className="flex min-h-14 items-center gap-3">
            <div className="min-w-0 grow">
              <p>
                <Name>{token.name}</Name>
              </p>
              <p className="text-sm text-muted">
                {t`${token.scopes.join(", ")} · created ${formatDate(token.created_at)}`}
              </p>
            </div>
            <Button variant="ghost" onClick={() => remove.mutate(token.id)}>
              {t`Revoke`}
            </Button>
          </li>
        ))}
      </ul>
      <Button onClick={() => setCreating(true)}>{t`Create token`}</Button>
      {creating && <NewTokenDialog onClose={() => setCreating(false)} />}
    </div>
  );
}

function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={secret ? t`Your new token` : t`New API token`}
      description={secret ? t`Copy it now. You won’t see it again.` : undefined}
    >
      {secret ? <Secret text={secret} /> : <TokenForm onCreated={setSecret} />}
    </Dialog>
  );
}

function TokenForm({ onCreated }: { onCreated: (secret: string) => void }) {
  const queries = useQueryClient();
  const { busy, submit, field, message } = useSubmission();

  function create(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { name: String(form.get("name")), scopes: form.getAll("scopes") as Scope[] };
    void submit(async () => {
      const { token } = await createApiToken(body);
      await queries.invalidateQueries({ queryKey: KEY });
      onCreated(token);
    });
  }

  return (
    <form onSubmit={create} className="flex flex-col gap-4">
      <Field label={t`What’s it for?`} error={field("name")}>
        <Input name="name" maxLength={40} required />
      </Field>
      <fieldset>
        <legend className="mb-1 text-sm font-medium">{t`Permissions`}</legend>
        {SCOPES.map((scope) => (
          <label key={scope} className="flex min-h-11 cursor-pointer items-center gap-3">
            <input
              type="checkbox"
              name="scopes"
              value={scope}
              className="size-5 accent-(--accent)"
            />
            <span className="font-mono text-sm">{scope}</span>
          </label>
        ))}
        {field("scopes") && <p className="text-sm text-danger-text">{field("scopes")}</p>}
      </fieldset>
      {message && <p className="text-danger-text">{message}</p>}
      <Button type="submit" variant="primary" busy={busy}>
        {t`Create token`}
      </Button>
    </form>
  );
}

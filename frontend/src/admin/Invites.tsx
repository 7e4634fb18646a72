import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import {
  type AccountInvite,
  accountInvites,
  createAccountInvite,
  revokeAccountInvite,
} from "@/api/admin";
import { useSubmission } from "@/api/useSubmission";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { Field, Input } from "@/ui/Field";
import { formatDate } from "@/ui/format";
import { PagedTable, useRowAction } from "./PagedTable";

const KEY = ["admin", "invites"];

export function Invites() {
  const revoke = useRowAction(KEY, revokeAccountInvite, t`Invitation revoked.`);
  return (
    <div className="flex flex-col gap-8">
      <NewInvite />
      <PagedTable
        caption={t`Invitations`}
        queryKey={KEY}
        read={accountInvites}
        rowKey={(invite) => invite.id}
        empty={t`No invitations yet.`}
        columns={[
          { heading: t`For`, cell: (invite) => invite.email ?? t`Anyone with the link` },
          { heading: t`Status`, cell: (invite) => <State invite={invite} /> },
          { heading: t`Expires`, cell: (invite) => formatDate(invite.expires_at) },
          {
            heading: t`Actions`,
            align: "end",
            cell: (invite) =>
              !invite.used_at && (
                <Button variant="ghost" onClick={() => revoke(invite.id)}>
                  {t`Revoke`}
                </Button>
              ),
          },
        ]}
      />
    </div>
  );
}

function State({ invite }: { invite: AccountInvite }) {
  if (invite.used_at) return <Badge tone="good">{t`Used`}</Badge>;
  if (new Date(invite.expires_at) < new Date()) return <Badge>{t`Expired`}</Badge>;
  return <Badge tone="accent">{t`Active`}</Badge>;
}

function NewInvite() {
  const queries = useQueryClient();
  const { busy, submit, field, message } = useSubmission();
  const [url, setUrl] = useState<string | null>(null);

  function create(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email")).trim();
    void submit(async () => {
      const invite = await createAccountInvite(email === "" ? {} : { email });
      setUrl(invite.url);
      await queries.invalidateQueries({ queryKey: KEY });
    });
  }

  return (
    <div className="flex max-w-xl flex-col gap-3">
      <form onSubmit={create} className="flex flex-wrap items-end gap-2">
        <Field
          label={t`Invite someone`}
          hint={t`Email optional. Single use.`}
          error={field("email") ?? message}
          className="grow"
        >
          <Input name="email" type="email" placeholder="name@example.org" autoComplete="off" />
        </Field>
        <Button type="submit" variant="primary" busy={busy} className="mb-6.5">
          {t`Create link`}
        </Button>
      </form>
      {url && <CreatedLink url={url} />}
    </div>
  );
}

function CreatedLink({ url }: { url: string }) {
  return (
    <div className="flex items-center gap-2 rounded-2xl bg-accent-soft p-2 ps-4">
      <code className="min-w-0 grow truncate text-sm select-all">{url}</code>
      <CopyButton text={url} />
    </div>
  );
}

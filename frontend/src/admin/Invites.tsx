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
import { copyText } from "@/ui/copyText";
import { Field, Input } from "@/ui/Field";
import { formatDate } from "@/ui/format";
import { showToast } from "@/ui/Toast";
import { PagedTable, useAdminAction } from "./PagedTable";

const KEY = ["admin", "invites"];

export function Invites() {
  const revoke = useAdminAction(KEY, revokeAccountInvite, "The link leads nowhere now.");
  return (
    <div className="flex flex-col gap-8">
      <NewInvite />
      <PagedTable
        caption="Invitations to register"
        queryKey={KEY}
        read={accountInvites}
        rowKey={(invite) => invite.id}
        empty="No invitation has been made yet."
        columns={[
          { heading: "For", cell: (invite) => invite.email ?? "whoever has the link" },
          { heading: "State", cell: (invite) => <State invite={invite} /> },
          { heading: "Works until", cell: (invite) => formatDate(invite.expires_at) },
          {
            heading: "Actions",
            align: "end",
            cell: (invite) =>
              !invite.used_at && (
                <Button variant="ghost" onClick={() => revoke(invite.id)}>
                  Revoke
                </Button>
              ),
          },
        ]}
      />
    </div>
  );
}

function State({ invite }: { invite: AccountInvite }) {
  if (invite.used_at) return <Badge tone="good">Used</Badge>;
  if (new Date(invite.expires_at) < new Date()) return <Badge>Expired</Badge>;
  return <Badge tone="accent">Open</Badge>;
}

function NewInvite() {
  const queries = useQueryClient();
  const { busy, submit, field, message } = useSubmission();
  const [url, setUrl] = useState<string | null>(null);

  function create(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email")).trim();
    void submit(async () => {
      const invite = await createAccountInvite({ email: email || undefined });
      setUrl(invite.url);
      await queries.invalidateQueries({ queryKey: KEY });
    });
  }

  return (
    <div className="flex max-w-xl flex-col gap-3">
      <form onSubmit={create} className="flex flex-wrap items-end gap-2">
        <Field
          label="Invite somebody"
          hint="An address is optional; the link works once."
          error={field("email") ?? message}
          className="grow"
        >
          <Input name="email" type="email" placeholder="name@example.org" autoComplete="off" />
        </Field>
        <Button type="submit" variant="primary" busy={busy} className="mb-6.5">
          Make a link
        </Button>
      </form>
      {url && <NewLink url={url} />}
    </div>
  );
}

function NewLink({ url }: { url: string }) {
  async function copy() {
    showToast((await copyText(url)) ? "Link copied." : "Select the link and copy it.", {
      tone: "good",
    });
  }
  return (
    <div className="flex items-center gap-2 rounded-2xl bg-accent-soft p-2 pl-4">
      <code className="min-w-0 grow truncate text-sm select-all">{url}</code>
      <Button onClick={() => void copy()}>Copy</Button>
    </div>
  );
}

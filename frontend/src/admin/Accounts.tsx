import { t } from "@lingui/core/macro";
import { EllipsisVertical } from "lucide-react";
import { useState } from "react";
import {
  type AdminAccount,
  allAccounts,
  changeAccount,
  removeAccount,
  resetFactors,
} from "@/api/admin";
import { useSession } from "@/api/session";
import { AlertDialog } from "@/ui/AlertDialog";
import { Avatar } from "@/ui/Avatar";
import { Badge } from "@/ui/Badge";
import { useReturnFocus } from "@/ui/focusReturn";
import { formatDate, isolated } from "@/ui/format";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu";
import { PagedTable, useRowAction } from "./PagedTable";

const KEY = ["admin", "accounts"];

export function Accounts() {
  return (
    <PagedTable
      caption={t`Accounts`}
      queryKey={KEY}
      read={allAccounts}
      rowKey={(account) => account.id}
      empty={t`No accounts yet.`}
      columns={[
        { heading: t`Name`, cell: (account) => <AccountName account={account} /> },
        { heading: t`Role`, cell: (account) => <AccountStatus account={account} /> },
        { heading: t`Joined`, cell: (account) => formatDate(account.created_at) },
        { heading: t`Actions`, align: "end", cell: (account) => <Actions account={account} /> },
      ]}
    />
  );
}

function AccountName({ account }: { account: AdminAccount }) {
  return (
    <span className="flex items-center gap-3">
      <Avatar name={account.display_name} seed={account.id} size="sm" />
      <span>
        <bdi className="block font-medium">{account.display_name}</bdi>
        <span className="block text-sm text-muted">
          {account.email ?? t`no email`}
          {account.email !== null && !account.email_verified && ` · ${t`not confirmed`}`}
        </span>
      </span>
    </span>
  );
}

function AccountStatus({ account }: { account: AdminAccount }) {
  if (account.suspended) return <Badge tone="danger">{t`Suspended`}</Badge>;
  if (account.role === "admin") return <Badge tone="accent">{t`Admin`}</Badge>;
  if (account.temporary) return <Badge tone="warn">{t`Temporary`}</Badge>;
  return <Badge>{t`Member`}</Badge>;
}

function Actions({ account }: { account: AdminAccount }) {
  const isMe = useSession((session) => session.account?.id === account.id);
  const [deleting, setDeleting] = useState(false);
  const trigger = useReturnFocus(deleting);
  const remove = useRowAction(KEY, removeAccount, t`Account deleted.`);
  const reset = useRowAction(KEY, resetFactors, t`They can sign in with their password again.`);
  const change = useRowAction(
    KEY,
    (body: Parameters<typeof changeAccount>[1]) => changeAccount(account.id, body),
    t`Saved.`,
  );
  if (isMe) return <span className="text-sm text-muted">{t`You`}</span>;
  return (
    <>
      <Menu
        trigger={
          <button
            ref={trigger}
            type="button"
            aria-label={t`Actions for ${account.display_name}`}
            className="inline-grid size-11 place-items-center rounded-xl hover:bg-hover"
          >
            <EllipsisVertical className="size-5" aria-hidden="true" />
          </button>
        }
      >
        {!account.temporary && (
          <MenuItem onSelect={() => change({ role: account.role === "admin" ? "user" : "admin" })}>
            {account.role === "admin" ? t`Remove admin` : t`Make admin`}
          </MenuItem>
        )}
        <MenuItem onSelect={() => change({ suspended: !account.suspended })}>
          {account.suspended ? t`Unsuspend` : t`Suspend`}
        </MenuItem>
        {account.second_factor && (
          <MenuItem onSelect={() => reset(account.id)}>{t`Reset second factor`}</MenuItem>
        )}
        <MenuSeparator />
        <MenuItem tone="danger" onSelect={() => setDeleting(true)}>
          {t`Delete`}
        </MenuItem>
      </Menu>
      <AlertDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={t`Delete ${isolated(account.display_name)}?`}
        description={t`Their rooms will close and their films will be deleted. You can’t undo this.`}
        confirmLabel={t`Delete account`}
        onConfirm={() => remove(account.id)}
      />
    </>
  );
}

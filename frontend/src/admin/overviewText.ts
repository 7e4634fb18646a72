/** The sentences of the overview and the audit log. Pure. */

import { t } from "@lingui/core/macro";
import type { Overview } from "@/api/admin";
import { formatDate, formatDateTime } from "@/ui/format";

/** The server stops counting there. */
const COUNTED_UP_TO = 100;

export function atLeast(count: number): string {
  return count < COUNTED_UP_TO ? String(count) : `${COUNTED_UP_TO}+`;
}

export function queueText({ uploading, waiting, preparing, failed }: Overview["queue"]): string {
  const parts: Array<[number, string]> = [
    [preparing, t`${atLeast(preparing)} preparing`],
    [waiting, t`${atLeast(waiting)} waiting`],
    [uploading, t`${atLeast(uploading)} uploading`],
    [failed, t`${atLeast(failed)} failed`],
  ];
  const shown = parts.filter(([count]) => count > 0);
  if (shown.length === 0) return t`Nothing in the queue.`;
  return shown.map(([, text]) => text).join(" · ");
}

/** Less than a large film needs. */
const SHORT_BYTES = 20e9;

export function spaceIsShort(free_bytes: number | null): boolean {
  return free_bytes !== null && free_bytes < SHORT_BYTES;
}

const OLD_MS = 8 * 24 * 3600e3;

type Backup = NonNullable<Overview["backup"]>;

/** Whether a server without these backups could lose more than a week. */
export function backupIsMissing({ succeeded_at, failure }: Backup, now_ms: number): boolean {
  return failure !== null || succeeded_at === null || now_ms - Date.parse(succeeded_at) > OLD_MS;
}

/** What an admin has to know beside the time of the last backup: what went wrong, or what comes next. */
export function backupRemark(backup: Backup): string {
  const { scheduled, attempted_at, succeeded_at, drilled_at, failure } = backup;
  if (attempted_at !== null && failure !== null) {
    return t`The attempt of ${formatDateTime(attempted_at)} failed: ${failure}`;
  }
  if (succeeded_at === null) {
    return scheduled
      ? t`The first one is being made.`
      : t`Set WATCHPARTY_BACKUP_FOLDER, or run “watchparty backup FOLDER” on the server.`;
  }
  return drilled_at === null
    ? t`Never tried out: run “watchparty backup --drill” on the server.`
    : t`Last tried out on ${formatDate(drilled_at)}.`;
}

const actions = (): Record<string, string> => ({
  "account.changed": t`Changed an account`,
  "account.claimed": t`Made a guest host’s account permanent`,
  "account.created": t`Created an account`,
  "account.credentials_revoked": t`Ended all sign-ins of an account`,
  "account.deleted": t`Deleted an account`,
  "account.email_changed": t`Changed an email address`,
  "account.factors_reset": t`Removed all second factors of an account`,
  "account.linked": t`Linked a sign-in to an account`,
  "account.password_changed": t`Changed a password`,
  "account.password_reset": t`Reset a password`,
  "account.proved": t`Confirmed their identity`,
  "account.reclaimed": t`Took an account back by email`,
  "account.signed_in": t`Signed in`,
  "account.signed_out_everywhere": t`Signed out everywhere`,
  "account.verified": t`Confirmed an email address`,
  "account_invite.created": t`Invited someone`,
  "account_invite.revoked": t`Revoked an invitation`,
  "authenticator.added": t`Added an authenticator app`,
  "authenticator.removed": t`Removed an authenticator app`,
  "dead_letter.discarded": t`Deleted a failed event`,
  "dead_letter.retried": t`Retried a failed event`,
  "passkey.added": t`Added a passkey`,
  "passkey.copy_suspected": t`Used a passkey that may have been copied`,
  "passkey.removed": t`Removed a passkey`,
  "passkey.renamed": t`Renamed a passkey`,
  "recovery_code.used": t`Used a recovery code`,
  "recovery_codes.replaced": t`Replaced their recovery codes`,
  "room.closed": t`Closed a room`,
  "settings.changed": t`Changed the site’s settings`,
  "token.created": t`Created an API token`,
  "token.deleted": t`Deleted an API token`,
  "video.requeued": t`Encoded a film again`,
  "webhook.created": t`Created a webhook`,
  "webhook.deleted": t`Deleted a webhook`,
  "webhook.paused": t`Paused a webhook`,
  "webhook.resumed": t`Resumed a webhook`,
});

/** "Closed a room"; an action that this page does not know is shown as it is stored. */
export function actionText(action: string): string {
  return actions()[action] ?? action;
}

import { t } from "@lingui/core/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { sentenceFor } from "@/api/errors";
import {
  addPasskey,
  confirmAuthenticator,
  type Factors,
  factors,
  newRecoveryCodes,
  type Passkey,
  removeAuthenticator,
  removePasskey,
  renamePasskey,
  startAuthenticator,
} from "@/api/factors";
import { useSiteConfig } from "@/api/siteConfig";
import { useSubmission } from "@/api/useSubmission";
import { passkeyObstacle } from "@/api/webauthn";
import { Button } from "@/ui/Button";
import { CopyButton } from "@/ui/CopyButton";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { formatDate } from "@/ui/format";
import { QrCode } from "@/ui/QrCode";
import { deviceName } from "./deviceName";

const KEY = ["factors"];
type Open = "app" | "codes" | Passkey | null;

/** The account's passkeys, authenticator app and recovery codes. */
export function SignInSecurity() {
  const queries = useQueryClient();
  const { data, error } = useQuery({ queryKey: KEY, queryFn: factors });
  const config = useSiteConfig();
  const [open, setOpen] = useState<Open>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const { busy, submit, message } = useSubmission();
  if (error) return <p className="text-danger-text">{sentenceFor(error)}</p>;
  if (!data || !config) return null;
  const obstacle = passkeyObstacle(config.passkey_origin);

  async function change(act: () => Promise<string[] | null | unknown>) {
    // The second click of a double click would replace codes that are about to be shown.
    if (busy) return;
    await submit(async () => {
      const made = await act();
      await queries.invalidateQueries({ queryKey: KEY });
      if (Array.isArray(made)) setCodes(made);
    });
  }

  return (
    <div className="flex flex-col items-start gap-3">
      {data.required && !hasFactor(data) && (
        <p className="text-danger-text">{t`This site requires a second factor of admins. Add one.`}</p>
      )}
      <ul className="w-full empty:hidden">
        {data.passkeys.map((passkey) => (
          <li key={passkey.id} className="flex min-h-14 flex-wrap items-center gap-x-3">
            <div className="min-w-0 grow">
              <p className="truncate">{passkey.name}</p>
              <p className="text-sm text-muted">{t`Passkey · added ${formatDate(passkey.created_at)}`}</p>
            </div>
            <Button variant="ghost" onClick={() => setOpen(passkey)}>
              {t`Rename`}
            </Button>
            <Button variant="ghost" onClick={() => void change(() => removePasskey(passkey.id))}>
              {t`Remove`}
            </Button>
          </li>
        ))}
        {data.authenticator_at && (
          <li className="flex min-h-14 flex-wrap items-center gap-x-3">
            <div className="min-w-0 grow">
              <p>{t`Authenticator app`}</p>
              <p className="text-sm text-muted">{t`Added ${formatDate(data.authenticator_at)}`}</p>
            </div>
            <Button variant="ghost" onClick={() => void change(removeAuthenticator)}>
              {t`Remove app`}
            </Button>
          </li>
        )}
        {hasFactor(data) && (
          <li className="flex min-h-14 flex-wrap items-center gap-x-3">
            <div className="min-w-0 grow">
              <p>{t`Recovery codes`}</p>
              <p className="text-sm text-muted">
                {t({ context: "recovery codes", message: `${data.recovery_codes_left} left` })}
              </p>
            </div>
            <Button variant="ghost" onClick={() => void change(newRecoveryCodes)}>
              {t`Replace`}
            </Button>
          </li>
        )}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button
          busy={busy}
          disabled={obstacle !== null}
          onClick={() => void change(() => addPasskey(deviceName(navigator.userAgent)))}
        >
          {t`Add passkey`}
        </Button>
        {!data.authenticator_at && (
          <Button onClick={() => setOpen("app")}>{t`Add authenticator app`}</Button>
        )}
      </div>
      {obstacle && <p className="text-sm text-muted">{obstacle}</p>}
      {message && (
        <p role="alert" className="text-danger-text">
          {message}
        </p>
      )}
      {open === "app" && (
        <AppDialog
          onClose={() => setOpen(null)}
          onConfirmed={(made) => {
            setOpen(null);
            void change(async () => made);
          }}
        />
      )}
      {open !== null && typeof open === "object" && (
        <RenameDialog
          passkey={open}
          onClose={() => setOpen(null)}
          onRenamed={() => {
            setOpen(null);
            void queries.invalidateQueries({ queryKey: KEY });
          }}
        />
      )}
      {codes && <CodesDialog codes={codes} onClose={() => setCodes(null)} />}
    </div>
  );
}

function hasFactor(data: Factors): boolean {
  return data.passkeys.length > 0 || data.authenticator_at !== null;
}

interface RenameDialogProps {
  passkey: Passkey;
  onClose: () => void;
  onRenamed: () => void;
}

function RenameDialog({ passkey, onClose, onRenamed }: RenameDialogProps) {
  const { busy, submit, field, message } = useSubmission();
  async function rename(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    if (await submit(() => renamePasskey(passkey.id, name))) onRenamed();
  }
  return (
    <Dialog open onOpenChange={onClose} title={t`Rename passkey`} size="sm">
      <form onSubmit={(event) => void rename(event)} className="flex flex-col gap-4">
        <Field label={t`Name`} error={field("name") ?? message}>
          <Input name="name" defaultValue={passkey.name} maxLength={40} required />
        </Field>
        <Button type="submit" variant="primary" busy={busy}>
          {t`Save`}
        </Button>
      </form>
    </Dialog>
  );
}

interface AppDialogProps {
  onClose: () => void;
  onConfirmed: (codes: string[] | null) => void;
}

function AppDialog({ onClose, onConfirmed }: AppDialogProps) {
  const start = useQuery({
    queryKey: ["authenticator"],
    queryFn: startAuthenticator,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const { busy, submit, message } = useSubmission();
  function confirm(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code"));
    void submit(async () => onConfirmed(await confirmAuthenticator(code)));
  }
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t`Add an authenticator app`}
      description={t`Scan the code with the app, then enter what it shows.`}
      size="sm"
    >
      {start.error && <p className="text-danger-text">{sentenceFor(start.error)}</p>}
      {start.data && (
        <form onSubmit={confirm} className="flex flex-col gap-4">
          <QrCode text={start.data.url} label={t`QR code for the authenticator app`} />
          <p className="text-sm text-muted">
            {t`Can’t scan it? Enter this key:`}{" "}
            <code className="break-all text-text select-all">{start.data.secret}</code>
          </p>
          <Field label={t`Code`} error={message}>
            <Input
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={12}
              required
              autoFocus
            />
          </Field>
          <Button type="submit" variant="primary" busy={busy}>
            {t`Confirm`}
          </Button>
        </form>
      )}
    </Dialog>
  );
}

function CodesDialog({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t`Your recovery codes`}
      description={t`Each signs you in once if you lose your passkey or phone. Keep them safe: you won’t see them again.`}
    >
      <ul className="grid grid-cols-2 gap-2 rounded-xl bg-sunken p-4 font-mono text-sm select-all">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="mt-4 flex flex-wrap gap-2">
        <CopyButton text={codes.join("\n")} variant="primary" />
        <Button onClick={onClose}>{t`I’ve saved them`}</Button>
      </div>
    </Dialog>
  );
}

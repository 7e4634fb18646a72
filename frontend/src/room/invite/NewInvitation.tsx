import { t } from "@lingui/core/macro";
import { type FormEvent, useState } from "react";
import { createInvitation } from "@/api/rooms";
import { useSession } from "@/api/session";
import { useSiteConfig } from "@/api/siteConfig";
import { useSubmission } from "@/api/useSubmission";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { isolated } from "@/ui/format";
import { QrCode } from "@/ui/QrCode";
import { Select } from "@/ui/Select";
import { useRoom } from "../state/RoomContext";
import { type Expiry, expiryOf } from "./invitationText";
import { LinkField } from "./LinkField";

type Uses = "1" | "5" | "20" | "any";

interface Created {
  url: string;
  /** Null: it was to be sent by no email. */
  mail: { to: string; sent: boolean } | null;
}

/** The form, and the link that it created, which is shown only once. */
export function NewInvitation({ onCreated }: { onCreated: () => void }) {
  const { roomId, bearer } = useRoom();
  const siteMails = useSiteConfig()?.mail_delivers ?? false;
  const registered = useSession(({ account }) => account?.temporary === false);
  const { busy, submit, field, message } = useSubmission();
  const [role, setRole] = useState<"viewer" | "moderator">("viewer");
  const [expiry, setExpiry] = useState<Expiry>("week");
  const [uses, setUses] = useState<Uses>("1");
  const [email, setEmail] = useState("");
  const [created, setCreated] = useState<Created | null>(null);

  function create(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void submit(async () => {
      const to = email.trim() || null;
      const made = await createInvitation(
        roomId,
        {
          role,
          expires_at: expiryOf(expiry, Date.now()),
          max_uses: uses === "any" ? null : Number(uses),
          email: to,
        },
        bearer(),
      );
      setCreated({ url: made.url, mail: to === null ? null : { to, sent: made.mailed } });
      setEmail("");
      onCreated();
    });
  }

  return (
    <>
      <form onSubmit={create} className="flex flex-col gap-3">
        <div className="grid gap-3 sm:grid-cols-2 sm:*:first:col-span-2">
          <Field label={t`Role`}>
            <Select
              value={role}
              onChange={setRole}
              options={[
                { value: "viewer", label: t`Guest` },
                { value: "moderator", label: t`Co-host` },
              ]}
            />
          </Field>
          <Field label={t`Expires`}>
            <Select
              value={expiry}
              onChange={setExpiry}
              options={[
                { value: "hour", label: t`In an hour` },
                { value: "day", label: t`In a day` },
                { value: "week", label: t`In a week` },
                { value: "never", label: t`Never` },
              ]}
            />
          </Field>
          <Field label={t`For`}>
            <Select
              value={uses}
              onChange={setUses}
              options={[
                { value: "1", label: t`1 person` },
                { value: "5", label: t`5 people` },
                { value: "20", label: t`20 people` },
                { value: "any", label: t`Any number` },
              ]}
            />
          </Field>
        </div>
        {siteMails && registered && (
          <Field label={t`Send by email`} hint={t`Optional`} error={field("email")}>
            <Input
              type="email"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
              autoComplete="off"
            />
          </Field>
        )}
        {message && (
          <p role="alert" className="text-sm text-danger-text">
            {message}
          </p>
        )}
        <Button type="submit" busy={busy} className="self-start">
          {t`Create invitation`}
        </Button>
      </form>
      {created && <CreatedLink key={created.url} {...created} />}
    </>
  );
}

function CreatedLink({ url, mail }: Created) {
  return (
    <div className="mt-4 flex flex-col gap-3 rounded-2xl bg-sunken p-4">
      <LinkField link={url} label={t`Personal invitation link`} />
      <p role="status" className="text-sm text-muted">
        {mail === null ? t`Copy it now; you won’t see it again.` : mailText(mail)}
      </p>
      <QrCode text={url} label={t`QR code of the personal invitation`} />
    </div>
  );
}

function mailText({ to, sent }: { to: string; sent: boolean }): string {
  return sent
    ? t`Sent to ${isolated(to)}. You won’t see the link again.`
    : t`Too many emails were sent, so none went to ${isolated(to)}. Copy the link now; you won’t see it again.`;
}

import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useSubmission } from "@/api/useSubmission";
import { createWebhook, type WebhookEvent } from "@/api/webhooks";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input } from "@/ui/Field";
import { EVENTS, eventName } from "./events";
import { WEBHOOKS } from "./queries";
import { Secret } from "./Secret";

export function NewWebhookDialog({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={secret ? t`Your webhook’s secret` : t`New webhook`}
      description={
        secret
          ? t`Your server checks our calls with it (Standard Webhooks). Copy it now. You won’t see it again.`
          : t`We call your server when something happens in your rooms or with your films.`
      }
    >
      {secret ? <Secret text={secret} /> : <WebhookForm onCreated={setSecret} />}
    </Dialog>
  );
}

function WebhookForm({ onCreated }: { onCreated: (secret: string) => void }) {
  const queries = useQueryClient();
  const { busy, submit, field, message } = useSubmission();

  function create(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = {
      url: String(form.get("url")).trim(),
      events: form.getAll("events") as WebhookEvent[],
    };
    void submit(async () => {
      const { secret } = await createWebhook(body);
      await queries.invalidateQueries({ queryKey: WEBHOOKS });
      onCreated(secret);
    });
  }

  return (
    <form onSubmit={create} className="flex flex-col gap-4">
      <Field label={t`URL of your server`} error={field("url")}>
        <Input
          name="url"
          type="url"
          inputMode="url"
          placeholder="https://example.org/watchparty"
          maxLength={2000}
          required
        />
      </Field>
      <fieldset>
        <legend className="mb-1 text-sm font-medium">{t`Call it when`}</legend>
        {EVENTS.map((event) => (
          <label key={event} className="flex min-h-11 cursor-pointer items-center gap-3">
            <input
              type="checkbox"
              name="events"
              value={event}
              className="size-5 accent-(--accent)"
            />
            <span className="grow">{eventName(event)}</span>
            <span className="font-mono text-sm text-muted">{event}</span>
          </label>
        ))}
        {field("events") && (
          <p role="alert" className="text-sm text-danger-text">
            {t`Choose at least one.`}
          </p>
        )}
      </fieldset>
      {message && (
        <p role="alert" className="text-danger-text">
          {message}
        </p>
      )}
      <Button type="submit" variant="primary" busy={busy}>
        {t`Add webhook`}
      </Button>
    </form>
  );
}

import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceFor } from "@/api/errors";
import { type Webhook, webhooks } from "@/api/webhooks";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { eventName } from "./events";
import { NewWebhookDialog } from "./NewWebhookDialog";
import { WEBHOOKS } from "./queries";
import { WebhookDialog } from "./WebhookDialog";

export function Webhooks() {
  const list = useQuery({ queryKey: WEBHOOKS, queryFn: webhooks });
  const [creating, setCreating] = useState(false);
  const [openId, setOpenId] = useState<string | null>(null);
  const open = list.data?.items.find((webhook) => webhook.id === openId);
  return (
    <div className="flex flex-col items-start gap-3">
      {list.error && <p className="text-danger-text">{sentenceFor(list.error)}</p>}
      <ul className="w-full">
        {list.data?.items.map((webhook) => (
          <Row key={webhook.id} webhook={webhook} onOpen={() => setOpenId(webhook.id)} />
        ))}
      </ul>
      <Button onClick={() => setCreating(true)}>{t`Add webhook`}</Button>
      {creating && <NewWebhookDialog onClose={() => setCreating(false)} />}
      {open && <WebhookDialog webhook={open} onClose={() => setOpenId(null)} />}
    </div>
  );
}

function Row({ webhook, onOpen }: { webhook: Webhook; onOpen: () => void }) {
  return (
    <li className="flex min-h-14 items-center gap-3 py-1">
      <div className="min-w-0 grow">
        <p className="flex items-center gap-2">
          <span className="truncate">{webhook.url}</span>
          {!webhook.active && <Badge tone="warn">{t`Paused`}</Badge>}
        </p>
        <p className="text-sm text-muted">{webhook.events.map(eventName).join(" · ")}</p>
      </div>
      <Button variant="ghost" onClick={onOpen} aria-label={t`Manage ${webhook.url}`}>
        {t`Manage`}
      </Button>
    </li>
  );
}

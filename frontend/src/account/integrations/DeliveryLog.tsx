import { t } from "@lingui/core/macro";
import { sentenceFor } from "@/api/errors";
import { usePages } from "@/api/pages";
import { type Delivery, deliveries, redeliver, type Webhook } from "@/api/webhooks";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { deliveryResult, deliveryTimes, deliveryTone, eventName } from "./events";
import { deliveriesOf } from "./queries";
import { useSending } from "./useSending";

const WHILE_WAITING_MS = 5_000;

export function DeliveryLog({ webhook }: { webhook: Webhook }) {
  const log = usePages<Delivery>(
    deliveriesOf(webhook.id),
    (query) => deliveries(webhook.id, query),
    {
      refetchInterval: (items) =>
        items.some(({ state }) => state === "waiting") ? WHILE_WAITING_MS : false,
    },
  );
  return (
    <section aria-label={t`Deliveries`}>
      <h3 className="font-semibold">{t`Deliveries`}</h3>
      <p className="text-sm text-muted">{t`The last 30 days, newest first.`}</p>
      {log.error && <p className="mt-3 text-danger-text">{sentenceFor(log.error)}</p>}
      {!log.isPending && !log.error && log.items.length === 0 && (
        <p className="mt-3 text-muted">{t`Nothing sent yet.`}</p>
      )}
      <ul className="mt-2 divide-y divide-line">
        {log.items.map((delivery) => (
          <Entry key={delivery.id} delivery={delivery} webhook={webhook} />
        ))}
      </ul>
      {log.hasMore && (
        <Button className="mt-3" busy={log.isLoadingMore} onClick={log.loadMore}>
          {t`Show more`}
        </Button>
      )}
    </section>
  );
}

function Entry({ delivery, webhook }: { delivery: Delivery; webhook: Webhook }) {
  const again = useSending(webhook.id, () => redeliver(webhook.id, delivery.id));
  const name = eventName(delivery.event);
  return (
    <li className="py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <div className="min-w-48 grow">
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-medium">{name}</span>
            <Badge tone={deliveryTone(delivery)}>{deliveryResult(delivery)}</Badge>
          </p>
          <p className="text-sm text-muted tabular-nums">{deliveryTimes(delivery)}</p>
        </div>
        <Button variant="ghost" onClick={again.send} busy={again.busy} disabled={!webhook.active}>
          {t`Redeliver`}
        </Button>
      </div>
      <details>
        <summary className="flex min-h-11 w-fit cursor-pointer items-center text-sm text-muted">
          {t`What was sent`}
        </summary>
        <pre className="max-h-60 overflow-auto rounded-xl bg-sunken p-3 text-xs break-all whitespace-pre-wrap">
          {JSON.stringify(delivery.body, null, 2)}
        </pre>
      </details>
    </li>
  );
}

import { plural, t } from "@lingui/core/macro";
import type { Delivery, WebhookEvent } from "@/api/webhooks";
import type { Tone } from "@/ui/Badge";
import { formatDateTime } from "@/ui/format";

const names = (): Record<WebhookEvent, string> => ({
  "room.started": t`A party starts`,
  "room.ended": t`A party ends`,
  "participant.joined": t`Someone joins`,
  "participant.left": t`Someone leaves`,
  "video.ready": t`A film is ready`,
  "video.failed": t`A film can’t be played`,
});

export const EVENTS = [
  "room.started",
  "room.ended",
  "participant.joined",
  "participant.left",
  "video.ready",
  "video.failed",
] as const satisfies readonly WebhookEvent[];

export const eventName = (event: string) =>
  event === "test" ? t`Test` : (names()[event as WebhookEvent] ?? event);

export function deliveryTone({ state }: Delivery): Tone {
  return { delivered: "good", failed: "danger", waiting: "warn" }[state] as Tone;
}

/** What became of a delivery: "Delivered · 204", "Failed · no answer". */
export function deliveryResult({ state, last_status, attempts }: Delivery): string {
  const answer = last_status === null ? t`no answer` : t`answered ${last_status}`;
  if (state === "waiting" && attempts === 0) return t`Waiting`;
  return `${{ delivered: t`Delivered`, failed: t`Failed`, waiting: t`Will retry` }[state]} · ${answer}`;
}

/** How often and when: "3 attempts · next on 1 Dec 2026, 20:15". */
export function deliveryTimes({ state, attempts, created_at, due_at }: Delivery): string {
  const tried = `${formatDateTime(created_at)} · ${plural(attempts, { one: "# attempt", other: "# attempts" })}`;
  return state === "waiting" ? t`${tried} · next ${formatDateTime(due_at)}` : tried;
}

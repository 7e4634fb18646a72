import type { Delivery, WebhookEvent } from "@/api/webhooks";
import type { Tone } from "@/ui/Badge";
import { counted, formatDateTime } from "@/ui/format";

export const EVENTS: Record<WebhookEvent, string> = {
  "room.started": "A party starts",
  "room.ended": "A party ends",
  "participant.joined": "Someone joins",
  "participant.left": "Someone leaves",
  "video.ready": "A film is ready",
  "video.failed": "A film can’t be played",
};

export const eventName = (event: string) =>
  event === "test" ? "Test" : (EVENTS[event as WebhookEvent] ?? event);

export function deliveryTone({ state }: Delivery): Tone {
  return { delivered: "good", failed: "danger", waiting: "warn" }[state] as Tone;
}

/** What became of a delivery: "Delivered · 204", "Failed · no answer". */
export function deliveryResult({ state, last_status, attempts }: Delivery): string {
  const answer = last_status === null ? "no answer" : `answered ${last_status}`;
  if (state === "waiting" && attempts === 0) return "Waiting";
  return `${{ delivered: "Delivered", failed: "Failed", waiting: "Will retry" }[state]} · ${answer}`;
}

/** How often and when: "3 attempts · next on 1 Dec 2026, 20:15". */
export function deliveryTimes({ state, attempts, created_at, due_at }: Delivery): string {
  const tried = `${formatDateTime(created_at)} · ${counted(attempts, "attempt")}`;
  return state === "waiting" ? `${tried} · next ${formatDateTime(due_at)}` : tried;
}

import { call } from "./client";
import type { Page, PageQuery } from "./pages";
import type { Schema } from "./schema";

export type Webhook = Schema<"WebhookView">;
export type WebhookEvent = Webhook["events"][number];
export type Delivery = Schema<"DeliveryView">;

export const webhooks = () => call<Page<Webhook>>("GET", "/webhooks");

/** Only this answer has the secret. */
export const createWebhook = (body: Schema<"NewWebhook">) =>
  call<Schema<"NewWebhookView">>("POST", "/webhooks", { body });

export const setWebhookActive = (id: string, active: boolean) =>
  call<Webhook>("PATCH", `/webhooks/${id}`, { body: { active } });

export const deleteWebhook = (id: string) => call<void>("DELETE", `/webhooks/${id}`);

/** Resolves when the webhook's server has answered, or has not in time. */
export const testWebhook = (id: string) => call<Delivery>("POST", `/webhooks/${id}/test`);

export const deliveries = (id: string, query: PageQuery) =>
  call<Page<Delivery>>("GET", `/webhooks/${id}/deliveries`, { query });

export const redeliver = (webhook_id: string, id: string) =>
  call<Delivery>("POST", `/webhooks/${webhook_id}/deliveries/${id}/redeliver`);

export const WEBHOOKS = ["webhooks"];

export const deliveriesOf = (webhook_id: string) => ["webhook-deliveries", webhook_id];

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sentenceFor } from "@/api/errors";
import type { Delivery } from "@/api/webhooks";
import { showToast } from "@/ui/Toast";
import { deliveryResult, eventName } from "./events";
import { deliveriesOf, WEBHOOKS } from "./queries";

/** Sends something to a webhook at once, and shows its answer. An answer can also pause the webhook. */
export function useSending(webhook_id: string, send: () => Promise<Delivery>) {
  const queries = useQueryClient();
  const sending = useMutation({
    mutationFn: send,
    onSuccess: async (delivery) => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: deliveriesOf(webhook_id) }),
        queries.invalidateQueries({ queryKey: WEBHOOKS }),
      ]);
      const tone = delivery.state === "delivered" ? "good" : "danger";
      showToast(`${eventName(delivery.event)}: ${deliveryResult(delivery)}`, { tone });
    },
    onError: (error) => showToast(sentenceFor(error), { tone: "danger" }),
  });
  return { send: () => sending.mutate(), busy: sending.isPending };
}

import { t } from "@lingui/core/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentenceFor } from "@/api/errors";
import { deleteWebhook, setWebhookActive, testWebhook, type Webhook } from "@/api/webhooks";
import { AlertDialog } from "@/ui/AlertDialog";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { showToast } from "@/ui/Toast";
import { DeliveryLog } from "./DeliveryLog";
import { WEBHOOKS } from "./queries";
import { useSending } from "./useSending";

interface WebhookDialogProps {
  webhook: Webhook;
  onClose: () => void;
}

export function WebhookDialog({ webhook, onClose }: WebhookDialogProps) {
  const queries = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const refetchList = () => queries.invalidateQueries({ queryKey: WEBHOOKS });
  const onError = (error: unknown) => showToast(sentenceFor(error), { tone: "danger" });
  const activate = useMutation({
    mutationFn: (active: boolean) => setWebhookActive(webhook.id, active),
    onSuccess: refetchList,
    onError,
  });
  const test = useSending(webhook.id, () => testWebhook(webhook.id));
  const remove = useMutation({
    mutationFn: () => deleteWebhook(webhook.id),
    onSuccess: async () => {
      await refetchList();
      showToast(t`Webhook deleted.`, { tone: "good" });
    },
    onError,
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t`Webhook`}
      description={<span className="break-all">{webhook.url}</span>}
      size="lg"
    >
      <div className="flex flex-col gap-5">
        <p className="text-muted">
          {webhook.active
            ? t`Active. What happens while it’s paused isn’t sent later.`
            : t`Paused: you paused it, your server answered 410 Gone, or your password or tokens were reset.`}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button onClick={test.send} busy={test.busy} disabled={!webhook.active}>
            {t`Send a test`}
          </Button>
          <Button busy={activate.isPending} onClick={() => activate.mutate(!webhook.active)}>
            {webhook.active ? t`Pause` : t`Resume`}
          </Button>
          <Button variant="danger-ghost" onClick={() => setDeleting(true)}>
            {t`Delete webhook`}
          </Button>
        </div>
        <DeliveryLog webhook={webhook} />
      </div>
      <AlertDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={t`Delete this webhook?`}
        description={t`Its server isn’t called any more, and the list of deliveries is deleted.`}
        confirmLabel={t`Delete webhook`}
        onConfirm={() => remove.mutate()}
      />
    </Dialog>
  );
}

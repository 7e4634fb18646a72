import { t } from "@lingui/core/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MonitorSmartphone } from "lucide-react";
import { type Device, devices, signOutDevice, signOutEverywhere } from "@/api/accounts";
import { sentenceFor } from "@/api/errors";
import { signedOut } from "@/api/session";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { formatDateTime } from "@/ui/format";
import { showToast } from "@/ui/Toast";
import { deviceName } from "./deviceName";

export function Devices() {
  const queries = useQueryClient();
  const list = useQuery({ queryKey: ["devices"], queryFn: devices });
  const end = useMutation({
    mutationFn: signOutDevice,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["devices"] }),
    onError: (error) => showToast(sentenceFor(error), { tone: "danger" }),
  });
  const endAll = useMutation({
    mutationFn: signOutEverywhere,
    onSuccess: signedOut,
    onError: (error) => showToast(sentenceFor(error), { tone: "danger" }),
  });
  if (list.error) return <p className="text-danger-text">{sentenceFor(list.error)}</p>;
  return (
    <>
      <ul className="flex flex-col gap-1">
        {list.data?.items.map((device) => (
          <DeviceRow key={device.id} device={device} onEnd={() => end.mutate(device.id)} />
        ))}
      </ul>
      <p className="mt-2 mb-3 text-sm text-muted">
        {t`Signing out everywhere also leaves your rooms, deletes your API tokens and pauses your webhooks.`}
      </p>
      <Button variant="secondary" busy={endAll.isPending} onClick={() => endAll.mutate()}>
        {t`Sign out everywhere`}
      </Button>
    </>
  );
}

function DeviceRow({ device, onEnd }: { device: Device; onEnd: () => void }) {
  return (
    <li className="flex min-h-14 items-center gap-3">
      <MonitorSmartphone className="size-5 shrink-0 text-muted" aria-hidden="true" />
      <div className="min-w-0 grow">
        <p className="truncate">{deviceName(device.user_agent)}</p>
        <p className="text-sm text-muted">{t`Last used ${formatDateTime(device.last_used_at)}`}</p>
      </div>
      {device.current ? (
        <Badge tone="good">{t`This device`}</Badge>
      ) : (
        <Button variant="ghost" onClick={onEnd}>
          {t`Sign out`}
        </Button>
      )}
    </li>
  );
}

import { t } from "@lingui/core/macro";
import { useState } from "react";
import { type AdminRoom, allRooms, closeAnyRoom } from "@/api/admin";
import { AlertDialog } from "@/ui/AlertDialog";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { formatDateTime, isolated } from "@/ui/format";
import { Owner } from "./Owner";
import { PagedTable, useRowAction } from "./PagedTable";

const KEY = ["admin", "rooms"];
const accessTexts = () => ({
  open: t`Anyone with the link`,
  knock: t`Approval`,
  members: t`Invited people only`,
});

export function Rooms() {
  const [closing, setClosing] = useState<AdminRoom | null>(null);
  const close = useRowAction(KEY, closeAnyRoom, t`Room closed.`);
  return (
    <>
      <PagedTable
        caption={t`Rooms`}
        queryKey={KEY}
        read={allRooms}
        rowKey={(room) => room.id}
        empty={t`No rooms yet.`}
        columns={[
          { heading: t`Name`, cell: (room) => <bdi className="font-medium">{room.name}</bdi> },
          { heading: t`Host`, cell: (room) => <Owner name={room.owner_name} id={room.owner_id} /> },
          { heading: t`Who can join`, cell: (room) => accessTexts()[room.access] },
          { heading: t`Last active`, cell: (room) => formatDateTime(room.last_active_at) },
          {
            heading: t`Actions`,
            align: "end",
            cell: (room) =>
              room.closed_at ? (
                <Badge>{t`Closed`}</Badge>
              ) : (
                <Button variant="ghost" onClick={() => setClosing(room)}>
                  {t`Close`}
                </Button>
              ),
          },
        ]}
      />
      <AlertDialog
        open={closing !== null}
        onOpenChange={() => setClosing(null)}
        title={t`Close “${isolated(closing?.name ?? "")}”?`}
        description={t`Everyone is removed and the link stops working.`}
        confirmLabel={t`Close room`}
        onConfirm={() => closing && close(closing.id)}
      />
    </>
  );
}

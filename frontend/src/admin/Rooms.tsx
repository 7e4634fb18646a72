import { useState } from "react";
import { type AdminRoom, allRooms, closeAnyRoom } from "@/api/admin";
import { AlertDialog } from "@/ui/AlertDialog";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { formatDateTime, isolated } from "@/ui/format";
import { Owner } from "./Owner";
import { PagedTable, useRowAction } from "./PagedTable";

const KEY = ["admin", "rooms"];
const ACCESS = { open: "Anyone with the link", knock: "Approval", members: "Invited people only" };

export function Rooms() {
  const [closing, setClosing] = useState<AdminRoom | null>(null);
  const close = useRowAction(KEY, closeAnyRoom, "Room closed.");
  return (
    <>
      <PagedTable
        caption="Rooms"
        queryKey={KEY}
        read={allRooms}
        rowKey={(room) => room.id}
        empty="No rooms yet."
        columns={[
          { heading: "Name", cell: (room) => <bdi className="font-medium">{room.name}</bdi> },
          { heading: "Host", cell: (room) => <Owner name={room.owner_name} id={room.owner_id} /> },
          { heading: "Who can join", cell: (room) => ACCESS[room.access] },
          { heading: "Last active", cell: (room) => formatDateTime(room.last_active_at) },
          {
            heading: "Actions",
            align: "end",
            cell: (room) =>
              room.closed_at ? (
                <Badge>Closed</Badge>
              ) : (
                <Button variant="ghost" onClick={() => setClosing(room)}>
                  Close
                </Button>
              ),
          },
        ]}
      />
      <AlertDialog
        open={closing !== null}
        onOpenChange={() => setClosing(null)}
        title={`Close “${isolated(closing?.name ?? "")}”?`}
        description="Everyone is removed and the link stops working."
        confirmLabel="Close room"
        onConfirm={() => closing && close(closing.id)}
      />
    </>
  );
}

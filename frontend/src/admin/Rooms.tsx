import { useState } from "react";
import { type AdminRoom, allRooms, closeAnyRoom } from "@/api/admin";
import { AlertDialog } from "@/ui/AlertDialog";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { formatDateTime } from "@/ui/format";
import { PagedTable, useAdminAction } from "./PagedTable";

const KEY = ["admin", "rooms"];
const ACCESS = { open: "By link", knock: "By knocking", members: "By invitation" };

export function Rooms() {
  const [closing, setClosing] = useState<AdminRoom | null>(null);
  const close = useAdminAction(KEY, closeAnyRoom, "The room is closed.");
  return (
    <>
      <PagedTable
        caption="Rooms"
        queryKey={KEY}
        read={allRooms}
        rowKey={(room) => room.id}
        empty="No room has been opened yet."
        columns={[
          { heading: "Name", cell: (room) => <bdi className="font-medium">{room.name}</bdi> },
          { heading: "Open to", cell: (room) => ACCESS[room.access] },
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
        title={`Close “${closing?.name}”?`}
        description="Everybody in it is sent out, and the link stops working."
        confirmLabel="Close the room"
        onConfirm={() => closing && close(closing.id)}
      />
    </>
  );
}

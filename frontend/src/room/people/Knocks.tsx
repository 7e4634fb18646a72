import { Ban, Check, X } from "lucide-react";
import { Avatar } from "@/ui/Avatar";
import { Button } from "@/ui/Button";
import { IconButton } from "@/ui/IconButton";
import { useRoomState } from "../RoomContext";
import { useDecisions } from "./useDecisions";

/** Who stands at the door, for those who may open it. */
export function Knocks() {
  const knocks = useRoomState((state) => state.knocks);
  const { decide, admitAll, deciding } = useDecisions();
  if (knocks.length === 0) return null;
  return (
    <section aria-label="At the door" className="m-2 rounded-2xl bg-accent-soft p-3">
      <div className="mb-1 flex min-h-11 items-center justify-between gap-2">
        <h3 className="font-semibold">At the door ({knocks.length})</h3>
        {knocks.length > 1 && (
          <Button variant="ghost" onClick={admitAll}>
            Admit all
          </Button>
        )}
      </div>
      <ul>
        {knocks.map((knock) => (
          <li key={knock.req} className="flex min-h-12 items-center gap-2">
            <Avatar name={knock.name} seed={knock.participant_id} size="sm" />
            <bdi className="min-w-0 grow truncate font-medium">{knock.name}</bdi>
            <IconButton
              label={`Block ${knock.name}`}
              disabled={deciding}
              onClick={() => decide(knock.req, "block")}
            >
              <Ban aria-hidden="true" className="text-muted" />
            </IconButton>
            <IconButton
              label={`Deny ${knock.name}`}
              disabled={deciding}
              onClick={() => decide(knock.req, "deny")}
            >
              <X aria-hidden="true" />
            </IconButton>
            <Button
              variant="primary"
              disabled={deciding}
              aria-label={`Admit ${knock.name}`}
              onClick={() => decide(knock.req, "admit")}
            >
              <Check aria-hidden="true" />
              Admit
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

import { Avatar } from "@/ui/Avatar";
import { Button } from "@/ui/Button";
import { useRoomState } from "../RoomContext";
import { useDecisions } from "./useDecisions";

const DECISIONS = [
  { decision: "block", label: "Block", variant: "ghost" },
  { decision: "deny", label: "Deny", variant: "secondary" },
  { decision: "admit", label: "Admit", variant: "primary" },
] as const;

/** Who stands at the door, for those who may open it. */
export function Knocks() {
  const knocks = useRoomState((state) => state.knocks);
  const { decide, admitAll, deciding } = useDecisions();
  if (knocks.length === 0) return null;
  return (
    <section aria-label="At the door" className="m-2 rounded-2xl bg-accent-soft p-3">
      <div className="mb-1 flex min-h-11 items-center justify-between gap-2">
        <h2 className="font-semibold">At the door ({knocks.length})</h2>
        {knocks.length > 1 && (
          <Button variant="ghost" onClick={admitAll}>
            Admit all
          </Button>
        )}
      </div>
      <ul>
        {knocks.map((knock) => (
          <li key={knock.req} className="flex flex-wrap items-center gap-x-3 py-1.5">
            <Avatar name={knock.name} seed={knock.participant_id} size="sm" />
            <bdi className="min-w-0 grow truncate font-medium">{knock.name}</bdi>
            <div className="flex w-full justify-end gap-1.5">
              {DECISIONS.map(({ decision, label, variant }) => (
                <Button
                  key={decision}
                  variant={variant}
                  disabled={deciding}
                  aria-label={`${label} ${knock.name}`}
                  onClick={() => decide(knock.req, decision)}
                >
                  {label}
                </Button>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

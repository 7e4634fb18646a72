import { t } from "@lingui/core/macro";
import { Ban } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/ui/Button";
import { useRoomState } from "../state/RoomContext";
import { Knocks } from "./Knocks";
import { PersonRow } from "./PersonRow";
import { inOrder } from "./peopleList";

const BansDialog = lazy(() => import("./BansDialog"));

export function PeoplePanel() {
  const people = useRoomState((state) => state.people);
  const total = useRoomState((state) => state.total);
  const me = useRoomState((state) => state.you?.participant_id);
  const canModerate = useRoomState((state) => state.you?.can_moderate ?? false);
  const [showsBans, setShowsBans] = useState(false);
  const unseen = total - people.length;
  return (
    <div className="h-full overflow-y-auto overscroll-contain py-2">
      <Knocks />
      <ul className="px-2" aria-label={t`People in the room`}>
        {inOrder(people, me).map((person) => (
          <PersonRow key={person.id} person={person} />
        ))}
      </ul>
      {unseen > 0 && <p className="px-4 py-2 text-sm text-muted">{t`and ${unseen} more`}</p>}
      {canModerate && (
        <div className="px-3 py-2">
          <Button
            variant="ghost"
            className="font-medium text-muted"
            onClick={() => setShowsBans(true)}
          >
            <Ban aria-hidden="true" />
            {t`Banned people`}
          </Button>
          {showsBans && (
            <Suspense>
              <BansDialog open onOpenChange={setShowsBans} />
            </Suspense>
          )}
        </div>
      )}
    </div>
  );
}

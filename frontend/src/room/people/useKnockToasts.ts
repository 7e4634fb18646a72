import { useEffect, useRef } from "react";
import { showToast } from "@/ui/Toast";
import { useRoomState } from "../RoomContext";
import { useDecisions } from "./useDecisions";

/** Tells once of everybody who comes to the door, whatever panel is open. */
export function useKnockToasts(): void {
  const knocks = useRoomState((state) => state.knocks);
  const { decide } = useDecisions();
  const told = useRef(new Set<string>());
  useEffect(() => {
    for (const knock of knocks) {
      if (told.current.has(knock.req)) continue;
      told.current.add(knock.req);
      showToast(`${knock.name} would like to come in`, {
        action: { label: "Admit", run: () => decide(knock.req, "admit") },
        lasts_ms: 15_000,
      });
    }
  }, [knocks, decide]);
}

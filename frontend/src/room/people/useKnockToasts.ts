import { useEffect, useRef } from "react";
import { dismissToast, showToast } from "@/ui/Toast";
import { useRoomState } from "../RoomContext";
import { useDecisions } from "./useDecisions";

const LASTS_MS = 15_000;

/** Tells once of everybody who comes to the door, whatever panel is open, until it is settled. */
export function useKnockToasts(): void {
  const knocks = useRoomState((state) => state.knocks);
  const { decide } = useDecisions();
  const toasts = useRef(new Map<string, number>());
  useEffect(() => {
    const open = new Set(knocks.map((knock) => knock.req));
    for (const [req, toast] of toasts.current) {
      if (!open.has(req)) dismissToast(toast);
    }
    for (const { req, name } of knocks) {
      if (toasts.current.has(req)) continue;
      const toast = showToast(`${name} would like to come in`, {
        action: { label: "Admit", run: () => decide(req, "admit") },
        lasts_ms: LASTS_MS,
      });
      toasts.current.set(req, toast);
    }
  }, [knocks, decide]);
}

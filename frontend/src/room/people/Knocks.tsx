import { t } from "@lingui/core/macro";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ApiError, sentenceFor } from "@/api/errors";
import { type Decision, decide, decideMany } from "@/api/rooms";
import { Avatar } from "@/ui/Avatar";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/format";
import { dismissToast, showToast } from "@/ui/Toast";
import { useRoom, useRoomState } from "../state/RoomContext";

const decisions = () =>
  [
    { decision: "block", label: t`Ban`, variant: "ghost" },
    { decision: "deny", label: t`Deny`, variant: "secondary" },
    { decision: "admit", label: t`Approve`, variant: "primary" },
  ] as const;

/** The visitors who wait for approval, for members who can approve them. */
export function Knocks() {
  const knocks = useRoomState((state) => state.knocks);
  const { decide, admitAll, deciding } = useDecisions();
  if (knocks.length === 0) return null;
  return (
    <section aria-label={t`Waiting to join`} className="m-2 rounded-2xl bg-accent-soft p-3">
      <div className="mb-1 flex min-h-11 items-center justify-between gap-2">
        <h2 className="font-semibold">{t`Waiting to join (${knocks.length})`}</h2>
        {knocks.length > 1 && (
          <Button variant="ghost" onClick={admitAll}>
            {t`Approve all`}
          </Button>
        )}
      </div>
      <ul>
        {knocks.map((knock) => (
          <li key={knock.req} className="flex flex-wrap items-center gap-x-3 py-1.5">
            <Avatar name={knock.name} seed={knock.participant_id} size="sm" />
            <bdi className="min-w-0 grow truncate font-medium">{knock.name}</bdi>
            <div className="flex w-full flex-wrap justify-end gap-1.5">
              {decisions().map(({ decision, label, variant }) => (
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

const TOAST_MS = 15_000;

/** One toast per knock, whatever panel is open, until the knock is decided. */
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
      const toast = showToast(t`${isolated(name)} wants to join`, {
        action: { label: t`Approve`, run: () => decide(req, "admit") },
        lasts_ms: TOAST_MS,
      });
      toasts.current.set(req, toast);
    }
  }, [knocks, decide]);
}

type DecisionRequest = { req: string; decision: Decision } | "admit_all";

/** Decides knocks. A knock disappears when the room reports the decision. */
function useDecisions() {
  const { roomId, bearer } = useRoom();
  const { mutate, isPending } = useMutation({
    mutationFn: (request: DecisionRequest) =>
      request === "admit_all"
        ? decideMany(roomId, "admit", { all: true }, bearer())
        : decide(roomId, request.req, request.decision, bearer()),
    onError: (error) => {
      // Another moderator was faster; their decision stands.
      const settled = error instanceof ApiError && error.status === 409;
      showToast(settled ? t`Someone already answered.` : sentenceFor(error), {
        tone: settled ? "neutral" : "danger",
      });
    },
  });
  return {
    decide: (req: string, decision: Decision) => mutate({ req, decision }),
    admitAll: () => mutate("admit_all"),
    deciding: isPending,
  };
}

import { useMutation } from "@tanstack/react-query";
import { ApiError, sentenceFor } from "@/api/errors";
import { type Decision, decide, decideMany } from "@/api/rooms";
import { showToast } from "@/ui/Toast";
import { useRoom } from "../RoomContext";

type Verdict = { req: string; decision: Decision } | "admit_all";

/** Opens or shuts the door; a knock goes away when the room says that it is settled. */
export function useDecisions() {
  const { roomId, bearer } = useRoom();
  const { mutate, isPending } = useMutation({
    mutationFn: (verdict: Verdict) =>
      verdict === "admit_all"
        ? decideMany(roomId, "admit", { all: true }, bearer())
        : decide(roomId, verdict.req, verdict.decision, bearer()),
    onError: (error) => {
      // Another moderator was faster: what they decided holds.
      const settled = error instanceof ApiError && error.status === 409;
      showToast(settled ? "Somebody else has already decided." : sentenceFor(error), {
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

/** The offer of the room to a new host: the question to the one, and what the other sees while waiting. */
import { t } from "@lingui/core/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { sentenceFor } from "@/api/errors";
import { answerHostOffer, takeBackHostOffer } from "@/api/rooms";
import type { HostOffer } from "@/sync/protocol";
import { AlertDialog } from "@/ui/AlertDialog";
import { isolated } from "@/ui/format";
import { showToast } from "@/ui/Toast";
import { useRoom, useRoomState } from "../state/RoomContext";
import { offerSide, outcomeSentence } from "./hostOffer";

type Answer = "accept" | "decline" | "take_back";

const ANSWERING = ["host-offer"];

/** Asks the person to whom the room is offered, in full screen too. */
export function HostOfferDialog() {
  const offer = useOffer("received");
  const { answer } = useAnswer();
  if (offer === null) return null;
  const name = isolated(offer.by.name);
  return (
    <AlertDialog
      open
      // The offer closes it, when the room confirms the answer.
      onOpenChange={() => {}}
      title={t`${name} wants to make you the host`}
      description={t`You’d own this room: its film, its rules and who can join. ${name} stays as co-host.`}
      confirmLabel={t`Be the host`}
      cancelLabel={t`No, thanks`}
      tone="primary"
      onConfirm={() => answer("accept")}
      onCancel={() => answer("decline")}
    />
  );
}

/** Shows the host that the other person has not answered yet, whatever panel is open. */
export function HostOfferStrip() {
  const offer = useOffer("made");
  const { answer, answering, tookBack } = useAnswer();
  useOutcome(tookBack);
  return (
    <div role="status" className="pointer-events-auto flex max-w-[94%] justify-center">
      {offer !== null && (
        <p className="flex min-h-11 max-w-full animate-appear items-center gap-2 rounded-full bg-raised py-1 pe-1 ps-4 text-sm font-medium text-text shadow-high ring-1 ring-line">
          <span className="min-w-0 truncate">
            {t`Waiting for ${isolated(offer.to.name)} to be the host`}
          </span>
          <button
            type="button"
            disabled={answering}
            onClick={() => answer("take_back")}
            className="min-h-9 shrink-0 rounded-full px-3 font-bold text-accent-text hover:bg-hover pointer-coarse:min-h-11"
          >
            {t`Take back`}
          </button>
        </p>
      )}
    </div>
  );
}

/** The open offer, if this member is on that side of it. */
function useOffer(side: "made" | "received"): HostOffer | null {
  const { session } = useRoom();
  const offer = useRoomState((state) => state.hostOffer);
  const you = useRoomState((state) => state.you);
  const [, setExpired] = useState(0);
  useEffect(() => {
    const left_ms = offer === null ? null : offer.until_ms - (session.roomTime() ?? Number.NaN);
    if (left_ms === null || !(left_ms > 0)) return;
    const timer = setTimeout(() => setExpired((count) => count + 1), left_ms + 100);
    return () => clearTimeout(timer);
  }, [offer, session]);
  return offerSide(offer, you, session.roomTime()) === side ? offer : null;
}

/** Says how an offer ended that the host has not taken back. */
function useOutcome(tookBack: { current: boolean }): void {
  const offer = useOffer("made");
  const you = useRoomState((state) => state.you);
  const before = useRef<HostOffer | null>(null);
  useEffect(() => {
    const sentence =
      before.current !== null && offer === null && you !== null && !tookBack.current
        ? outcomeSentence(before.current, you)
        : null;
    if (sentence) showToast(sentence);
    if (offer === null) tookBack.current = false;
    before.current = offer;
  }, [offer, you, tookBack]);
}

function useAnswer() {
  const { roomId, bearer } = useRoom();
  const queries = useQueryClient();
  const tookBack = useRef(false);
  const { mutate, isPending } = useMutation({
    mutationKey: ANSWERING,
    mutationFn: async (answer: Answer) => {
      if (answer !== "take_back") return void (await answerHostOffer(roomId, answer, bearer()));
      tookBack.current = true;
      await takeBackHostOffer(roomId, bearer());
    },
    onError: (error) => {
      tookBack.current = false;
      showToast(sentenceFor(error), { tone: "danger" });
    },
  });
  const answer = (given: Answer) => {
    // The second click of a double click would find the offer answered, and report that as an error.
    if (queries.isMutating({ mutationKey: ANSWERING }) === 0) mutate(given);
  };
  return { answer, answering: isPending, tookBack };
}

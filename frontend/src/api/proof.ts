/**
 * The fresh proof that destructive acts need (step-up). A call that the server refuses for it waits here until the user
 * has confirmed in the dialog of `account/StepUpDialog`, and is then sent again.
 */

import { create } from "zustand";
import type { Schema } from "./schema";

/** What can be sent as a proof; the first is the one to offer. */
export type ProofMethod = Schema<"SecondStep">["methods"][number];

interface ProofRequest {
  methods: ProofMethod[];
  /** To be called with whether the user has confirmed. */
  answer: (confirmed: boolean) => void;
}

export const useProofRequest = create<{ request: ProofRequest | null }>(() => ({ request: null }));

let asking: Promise<boolean> | null = null;

/** Asks the user, once for all calls that wait. Resolves to whether they have confirmed. */
export function askForProof(methods: ProofMethod[]): Promise<boolean> {
  asking ??= new Promise<boolean>((resolve) => {
    useProofRequest.setState({ request: { methods, answer: resolve } });
  }).finally(() => {
    asking = null;
    useProofRequest.setState({ request: null });
  });
  return asking;
}

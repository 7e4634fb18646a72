/** What answers and refusals of the door mean for a stay. No React, no state of its own. */

import { ApiError, NetworkError } from "@/api/errors";
import { renewJoin } from "@/api/rooms";
import { useSession } from "@/api/session";
import type { CloseReason } from "@/sync/protocol";
import type { RoomSession } from "@/sync/session";
import { type RefusalCode, refusalCode } from "./refusals";

export type Stay =
  | { step: "gate"; wrongPassword: boolean }
  | { step: "asking" }
  | { step: "waiting"; session: RoomSession; since_ms: number }
  | { step: "inside"; session: RoomSession }
  | { step: "refused"; code: RefusalCode };

export const GATE: Stay = { step: "gate", wrongPassword: false };

/** An account is known by its own token; a guest's join token may have ended, then the cookie tells. */
export function askAgain(roomId: string, joinToken: string) {
  const signedIn = useSession.getState().status === "signed_in";
  return renewJoin(roomId, signedIn ? undefined : joinToken);
}

/** No answer, and an answer that says "not now", decide nothing: the next try will tell. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 429 || error.status >= 500;
}

export function refusedStay(error: unknown): Stay {
  if (error instanceof NetworkError) return { step: "refused", code: "offline" };
  if (!(error instanceof ApiError)) throw error;
  if (error.code === "wrong_password") return { step: "gate", wrongPassword: true };
  return { step: "refused", code: refusalCode(error.status, error.code) };
}

/** Of a stay that waits already, the wait goes on. */
export function waitingStay(before: Stay, session: RoomSession, now_ms: number): Stay {
  return {
    step: "waiting",
    session,
    since_ms: before.step === "waiting" ? before.since_ms : now_ms,
  };
}

/** Runs at an end that the person did not choose. */
export function onEnd(session: RoomSession, run: (reason: CloseReason) => void): void {
  const stop = session.store.subscribe(({ connection }) => {
    if (connection.status !== "ended") return;
    stop();
    if (connection.reason !== "left") run(connection.reason ?? "refused");
  });
}

/** The socket says "removed" of the banned too; the door knows whether they may come back. */
export async function whyRemoved(roomId: string, joinToken: string): Promise<Stay> {
  try {
    await askAgain(roomId, joinToken);
  } catch (error) {
    if (!isPassing(error)) return refusedStay(error);
  }
  return { step: "refused", code: "removed" };
}

/** What the API's answers and refusals mean for joining a room. No React, no state of its own. */

import { ApiError, isTemporary, NetworkError } from "@/api/errors";
import { renewJoin } from "@/api/rooms";
import { useSession } from "@/api/session";
import type { CloseReason } from "@/sync/protocol";
import type { RoomSession } from "@/sync/session";
import { type RefusalCode, refusalCode } from "./refusals";

export type JoinState =
  | { step: "form"; wrongPassword: boolean }
  | { step: "joining" }
  | { step: "waiting"; session: RoomSession; since_ms: number }
  | { step: "inside"; session: RoomSession }
  | { step: "refused"; code: RefusalCode };

export const AT_FORM: JoinState = { step: "form", wrongPassword: false };

/** Accounts renew with their access token; guests with the join token, or with their cookie once it has expired. */
export function renewMembership(roomId: string, joinToken: string) {
  const signedIn = useSession.getState().status === "signed_in";
  return renewJoin(roomId, signedIn ? undefined : joinToken);
}

export function refusedState(error: unknown): JoinState {
  if (error instanceof NetworkError) return { step: "refused", code: "offline" };
  if (!(error instanceof ApiError)) throw error;
  if (error.code === "wrong_password") return { step: "form", wrongPassword: true };
  return { step: "refused", code: refusalCode(error.status, error.code) };
}

/** A visitor who is waiting already keeps the start of their wait. */
export function waitingState(before: JoinState, session: RoomSession, now_ms: number): JoinState {
  return {
    step: "waiting",
    session,
    since_ms: before.step === "waiting" ? before.since_ms : now_ms,
  };
}

/** Calls `run` when the session ends, unless the visitor left. */
export function onEnded(session: RoomSession, run: (reason: CloseReason) => void): void {
  const stop = session.store.subscribe(({ connection }) => {
    if (connection.status !== "ended") return;
    stop();
    if (connection.reason !== "left") run(connection.reason ?? "refused");
  });
}

/** An end that the room does not explain is explained by the sign-out, if the visitor has signed out meanwhile. */
export function explained(state: JoinState, signedOut: boolean): JoinState {
  const unexplained = state.step === "refused" && state.code === "unexpected";
  return unexplained && signedOut ? { step: "refused", code: "signed_out" } : state;
}

/** The socket says "removed" for bans as well; the API says whether the visitor may return. */
export async function whyRemoved(roomId: string, joinToken: string): Promise<JoinState> {
  try {
    await renewMembership(roomId, joinToken);
  } catch (error) {
    if (!isTemporary(error)) return refusedState(error);
  }
  return { step: "refused", code: "removed" };
}

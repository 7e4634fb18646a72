/**
 * The way into a room, from the gate over the door to the seat, and out again when the room ends
 * the stay. It owns the room's session; nobody else opens or closes one.
 */
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, NetworkError } from "@/api/errors";
import { type JoinBody, type Joined, joinRoom, leaveRoom, renewJoin } from "@/api/rooms";
import { useSession } from "@/api/session";
import type { RenewResult } from "@/sync/membership";
import type { CloseReason } from "@/sync/protocol";
import { createRoomSession, type RoomSession } from "@/sync/session";
import { inviteSecret } from "./inviteSecret";
import { endingCode, type RefusalCode, refusalCode } from "./refusals";

export type Stay =
  | { step: "gate"; wrongPassword: boolean }
  | { step: "asking" }
  | { step: "waiting"; session: RoomSession; since_ms: number }
  | { step: "inside"; session: RoomSession }
  | { step: "refused"; code: RefusalCode };

export interface Join {
  stay: Stay;
  join: (body: JoinBody) => Promise<void>;
  /** Knocks once more, for a host who has not looked. */
  remind: () => Promise<void>;
  /** Stops waiting, and takes the knock back. */
  withdraw: () => Promise<void>;
  /** Looks whether the host has decided, for when the room's own word did not get through. */
  lookAtTheDoor: () => Promise<void>;
  leave: () => void;
  /** The newest join token. */
  bearer: () => string;
}

const GATE: Stay = { step: "gate", wrongPassword: false };

export function useJoin(roomId: string): Join {
  const [stay, setStay] = useState<Stay>(GATE);
  const token = useRef("");
  const asked = useRef<JoinBody>({});
  const session = useRef<RoomSession | null>(null);

  const leave = useCallback(() => {
    session.current?.close();
    session.current = null;
    setStay(GATE);
  }, []);

  /** A session for this answer; its own renewals keep the token and the stay up to date. */
  const settle = useCallback(
    (answer: Joined) => {
      session.current?.close();
      token.current = answer.connection.join_token;
      const opened = createRoomSession({
        connection: answer.connection,
        renew: () => renewed(roomId, token, () => setStay({ step: "inside", session: opened })),
      });
      session.current = opened;
      onEnd(opened, async (reason) => {
        setStay({ step: "refused", code: endingCode(reason) });
        // The socket says "removed" of the banned too; the door knows whether they may come back.
        if (reason === "removed") setStay(await askWhy(roomId, token.current));
      });
      if (answer.status === "admitted") setStay({ step: "inside", session: opened });
      else setStay((before) => ({ step: "waiting", session: opened, since_ms: sinceWhen(before) }));
    },
    [roomId],
  );

  const join = useCallback(
    async (body: JoinBody) => {
      setStay({ step: "asking" });
      asked.current = { ...body, invite: inviteSecret(location.hash) };
      try {
        settle(await joinRoom(roomId, asked.current));
      } catch (error) {
        setStay(refusedStay(error));
      }
    },
    [roomId, settle],
  );

  const lookAtTheDoor = useCallback(async () => {
    try {
      const answer = await renewJoin(roomId, ownBearer(token.current));
      if (answer.status === "admitted") settle(answer);
    } catch (error) {
      if (!isPassing(error)) setStay(refusedStay(error));
    }
  }, [roomId, settle]);

  const withdraw = useCallback(async () => {
    leave();
    // A knock that could not be taken back lets in nobody: the page is gone.
    await leaveRoom(roomId, token.current).catch(() => undefined);
  }, [roomId, leave]);

  const remind = useCallback(async () => {
    try {
      // Only a new knock is heard; of the old one nothing more should be.
      session.current?.close();
      await leaveRoom(roomId, token.current);
      settle(await joinRoom(roomId, asked.current));
    } catch (error) {
      if (!isPassing(error)) setStay(refusedStay(error));
    }
  }, [roomId, settle]);

  useEffect(() => leave, [leave]);
  const bearer = useCallback(() => token.current, []);
  return { stay, join, lookAtTheDoor, remind, withdraw, leave, bearer };
}

/** An account is known by its own token; a guest's join token may have ended, then the cookie tells. */
function ownBearer(joinToken: string): string | undefined {
  return useSession.getState().status === "signed_in" ? undefined : joinToken;
}

async function renewed(
  roomId: string,
  token: { current: string },
  onAdmitted: () => void,
): Promise<RenewResult> {
  try {
    const answer = await renewJoin(roomId, ownBearer(token.current));
    token.current = answer.connection.join_token;
    if (answer.status === "admitted") onAdmitted();
    return { status: answer.status, connection: answer.connection };
  } catch (error) {
    if (error instanceof ApiError && !isPassing(error))
      return { status: "refused", code: error.code };
    throw error;
  }
}

/** No answer, and an answer that says "not now", decide nothing: the next try will tell. */
function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 429 || error.status >= 500;
}

function sinceWhen(before: Stay): number {
  return before.step === "waiting" ? before.since_ms : performance.now();
}

/** For an end that the person did not choose. */
function onEnd(session: RoomSession, run: (reason: CloseReason) => void): void {
  const stop = session.store.subscribe(({ connection }) => {
    if (connection.status !== "ended") return;
    stop();
    if (connection.reason !== "left") run(connection.reason ?? "refused");
  });
}

async function askWhy(roomId: string, joinToken: string): Promise<Stay> {
  try {
    await renewJoin(roomId, ownBearer(joinToken));
  } catch (error) {
    if (!isPassing(error)) return refusedStay(error);
  }
  return { step: "refused", code: "removed" };
}

function refusedStay(error: unknown): Stay {
  if (error instanceof NetworkError) return { step: "refused", code: "offline" };
  if (!(error instanceof ApiError)) throw error;
  if (error.code === "wrong_password") return { step: "gate", wrongPassword: true };
  return { step: "refused", code: refusalCode(error.status, error.code) };
}

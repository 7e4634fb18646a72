/**
 * The way into a room, from the gate over the door to the seat, and out again when the room ends
 * the stay. It owns the room's session; nobody else opens or closes one.
 */

import { startTransition, useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "@/api/errors";
import { type JoinBody, type Joined, joinRoom, leaveRoom } from "@/api/rooms";
import { createRoomSession, type RoomSession } from "@/sync/session";
import type { RenewResult } from "@/sync/tokenLease";
import { inviteSecret } from "@/visitor/links";
import {
  askAgain,
  GATE,
  isPassing,
  onEnd,
  refusedStay,
  type Stay,
  waitingStay,
  whyRemoved,
} from "./joining";
import { endingCode } from "./refusals";

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

/** `onAnswer` hears every answer of the door; it has to stay the same function. */
export function useJoin(roomId: string, onAnswer: (answer: Joined) => void): Join {
  const asked = useRef<JoinBody>({});
  const { stay, setStay, token, settle, close } = useStay(roomId, onAnswer);

  const leave = useCallback(() => {
    close();
    setStay(GATE);
  }, [close, setStay]);

  const attempt = useCallback(
    async (deed: () => Promise<void>) => {
      try {
        await deed();
      } catch (error) {
        if (!isPassing(error)) setStay(refusedStay(error));
      }
    },
    [setStay],
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
    [roomId, settle, setStay],
  );

  const lookAtTheDoor = useCallback(
    () =>
      attempt(async () => {
        const answer = await askAgain(roomId, token.current);
        if (answer.status === "admitted") settle(answer);
      }),
    [attempt, roomId, token, settle],
  );

  const remind = useCallback(
    () =>
      attempt(async () => {
        // Only a new knock is heard; of the old one nothing more should be.
        close();
        await leaveRoom(roomId, token.current);
        settle(await joinRoom(roomId, asked.current));
      }),
    [attempt, roomId, token, settle, close],
  );

  const withdraw = useCallback(async () => {
    leave();
    // A knock that could not be taken back lets in nobody: the page is gone.
    await leaveRoom(roomId, token.current).catch(() => undefined);
  }, [roomId, token, leave]);

  useEffect(() => leave, [leave]);
  const bearer = useCallback(() => token.current, [token]);
  return { stay, join, remind, withdraw, lookAtTheDoor, leave, bearer };
}

/** The stay with the session and the token that belong to it. */
function useStay(roomId: string, onAnswer: (answer: Joined) => void) {
  const [stay, setStay] = useState<Stay>(GATE);
  const token = useRef("");
  const session = useRef<RoomSession | null>(null);

  const close = useCallback(() => {
    session.current?.close();
    session.current = null;
  }, []);

  // A transition: the gate stays until the room can be drawn, instead of a spinner in between.
  const enter = useCallback(
    (opened: RoomSession) => startTransition(() => setStay({ step: "inside", session: opened })),
    [],
  );

  /** Opens a session for this answer; its own renewals keep token and stay up to date. */
  const settle = useCallback(
    (answer: Joined) => {
      close();
      token.current = answer.connection.join_token;
      onAnswer(answer);
      const renew = async (): Promise<RenewResult> => {
        const result = await renewal(roomId, token.current);
        if (result.status === "refused") return result;
        token.current = result.connection.join_token;
        onAnswer(result);
        if (result.status === "admitted") enter(opened);
        return result;
      };
      const opened = createRoomSession({ connection: answer.connection, renew });
      session.current = opened;
      onEnd(opened, async (reason) => {
        setStay({ step: "refused", code: endingCode(reason) });
        if (reason === "removed") setStay(await whyRemoved(roomId, token.current));
      });
      if (answer.status === "admitted") enter(opened);
      else setStay((before) => waitingStay(before, opened, performance.now()));
    },
    [roomId, onAnswer, enter, close],
  );
  return { stay, setStay, token, settle, close };
}

type Renewal = Joined | Extract<RenewResult, { status: "refused" }>;

async function renewal(roomId: string, joinToken: string): Promise<Renewal> {
  try {
    return await askAgain(roomId, joinToken);
  } catch (error) {
    if (!(error instanceof ApiError) || isPassing(error)) throw error;
    return { status: "refused", code: error.code };
  }
}

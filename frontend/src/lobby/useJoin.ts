/**
 * Joining a room: the form, the wait for the host, the room, and the end. It owns the room's session; nothing else
 * opens or closes one.
 */

import { startTransition, useCallback, useEffect, useRef, useState } from "react";
import { ApiError, isTemporary } from "@/api/errors";
import { type JoinBody, type Joined, joinRoom, leaveRoom } from "@/api/rooms";
import { useSession } from "@/api/session";
import { createRoomSession, type RoomSession } from "@/sync/session";
import type { RenewResult } from "@/sync/tokenLease";
import { fragmentSecret } from "@/visitor/links";
import {
  AT_FORM,
  explained,
  type JoinState,
  onEnded,
  refusedState,
  renewMembership,
  waitingState,
  whyRemoved,
} from "./joining";
import { refusalOfClose } from "./refusals";

export interface Join {
  state: JoinState;
  join: (body: JoinBody) => Promise<void>;
  /** Knocks again, so that the host is notified again. */
  remind: () => Promise<void>;
  /** Stops waiting and withdraws the knock. */
  withdraw: () => Promise<void>;
  /** Checks whether the host has decided, in case the room's message was lost. */
  check: () => Promise<void>;
  leave: () => void;
  /** The current join token. */
  bearer: () => string;
}

/** `onAnswer` receives every join answer; it must keep its identity. */
export function useJoin(roomId: string, onAnswer: (answer: Joined) => void): Join {
  const lastRequest = useRef<JoinBody>({});
  const { state, setState, token, openSession, close } = useJoinState(roomId, onAnswer);

  const leave = useCallback(() => {
    close();
    setState(AT_FORM);
  }, [close, setState]);

  const attempt = useCallback(
    async (run: () => Promise<void>) => {
      try {
        await run();
      } catch (error) {
        if (!isTemporary(error)) setState(refusedState(error));
      }
    },
    [setState],
  );

  const join = useCallback(
    async (body: JoinBody) => {
      setState({ step: "joining" });
      const invite = fragmentSecret(location.hash, "invite");
      lastRequest.current = { ...body, ...(invite === null ? {} : { invite }) };
      try {
        openSession(await joinRoom(roomId, lastRequest.current));
      } catch (error) {
        setState(refusedState(error));
      }
    },
    [roomId, openSession, setState],
  );

  const check = useCallback(
    () =>
      attempt(async () => {
        const answer = await renewMembership(roomId, token.current);
        if (answer.status === "admitted") openSession(answer);
      }),
    [attempt, roomId, token, openSession],
  );

  const remind = useCallback(
    () =>
      attempt(async () => {
        // Only a new knock notifies the host; the old one is withdrawn.
        close();
        await leaveRoom(roomId, token.current);
        openSession(await joinRoom(roomId, lastRequest.current));
      }),
    [attempt, roomId, token, openSession, close],
  );

  const withdraw = useCallback(async () => {
    leave();
    // A knock that could not be withdrawn does no harm: this page is gone.
    await leaveRoom(roomId, token.current).catch(() => undefined);
  }, [roomId, token, leave]);

  useEffect(() => leave, [leave]);
  const bearer = useCallback(() => token.current, [token]);
  return { state, join, remind, withdraw, check, leave, bearer };
}

/** The state of joining, with the session and the token that belong to it. */
function useJoinState(roomId: string, onAnswer: (answer: Joined) => void) {
  const [state, setState] = useState<JoinState>(AT_FORM);
  const token = useRef("");
  const session = useRef<RoomSession | null>(null);

  const close = useCallback(() => {
    session.current?.close();
    session.current = null;
  }, []);

  // A transition: the form stays until the room can be rendered, without a spinner in between.
  const enter = useCallback(
    (opened: RoomSession) => startTransition(() => setState({ step: "inside", session: opened })),
    [],
  );

  /** Opens a session for this answer; the session's renewals keep token and state current. */
  const openSession = useCallback(
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
      const signedIn = () => useSession.getState().status === "signed_in";
      const wasSignedIn = signedIn();
      const show = (end: JoinState) => setState(explained(end, wasSignedIn && !signedIn()));
      onEnded(opened, async (reason) => {
        show({ step: "refused", code: refusalOfClose(reason) });
        if (reason === "removed") show(await whyRemoved(roomId, token.current));
      });
      if (answer.status === "admitted") enter(opened);
      else setState((before) => waitingState(before, opened, performance.now()));
    },
    [roomId, onAnswer, enter, close],
  );
  return { state, setState, token, openSession, close };
}

type Renewal = Joined | Extract<RenewResult, { status: "refused" }>;

async function renewal(roomId: string, joinToken: string): Promise<Renewal> {
  try {
    return await renewMembership(roomId, joinToken);
  } catch (error) {
    if (!(error instanceof ApiError) || isTemporary(error)) throw error;
    return { status: "refused", code: error.code };
  }
}

/** The route /r/:roomId: the join form, the wait for the host, the room, or the reason why not. */

import { t } from "@lingui/core/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useLocation, useNavigate, useParams } from "react-router";
import { ApiError } from "@/api/errors";
import { readRoom, roomCard } from "@/api/rooms";
import { useSession } from "@/api/session";
import { JoinForm } from "@/lobby/JoinForm";
import { Refused } from "@/lobby/Refused";
import { type RefusalCode, refusalCode } from "@/lobby/refusals";
import { afterPoster, embeddedAt_ms, embeddedCard, removeSkeleton } from "@/lobby/skeleton";
import { type Join, useJoin } from "@/lobby/useJoin";
import { Waiting } from "@/lobby/Waiting";
import { currentTheme } from "@/ui/preferences/theme";
import { LoadingScreen } from "@/ui/Spinner";
import { forgetRoom } from "@/visitor/recentRooms";
import { RoomProvider } from "./state/RoomContext";
import { cacheJoinAnswer } from "./state/roomFacts";

// The form is small and appears at once; the room is loaded while the visitor reads it.
const fetchRoom = () => import("./Room");
const fetchStream = () => import("@/player/video/HlsStream");
const Room = lazy(fetchRoom);

/** The people and the position on the card change while the visitor is at the form. */
const CARD_EVERY_MS = 10_000;

export default function RoomPage() {
  const { roomId = "" } = useParams();
  useCinemaLook();
  // With the key, another room starts with new state.
  return <RoomRoute key={roomId} roomId={roomId} />;
}

function RoomRoute({ roomId }: { roomId: string }) {
  const queries = useQueryClient();
  const join = useJoin(
    roomId,
    useCallback((answer) => cacheJoinAnswer(queries, roomId, answer), [queries, roomId]),
  );
  useJoinAtOnce(() => void join.join({}));
  const navigate = useNavigate();
  const { state, bearer, leave } = join;
  const session = state.step === "inside" ? state.session : null;
  const room = useMemo(
    () => (session ? { roomId, session, bearer } : null),
    [roomId, session, bearer],
  );
  const isInside = room !== null;
  useEffect(() => {
    if (isInside) removeSkeleton();
  }, [isInside]);
  if (!room) return <Lobby roomId={roomId} join={join} />;
  return (
    <RoomProvider value={room}>
      <Room
        onLeave={() => {
          leave();
          navigate("/");
        }}
      />
    </RoomProvider>
  );
}

interface LobbyProps {
  roomId: string;
  join: Join;
}

function Lobby({ roomId, join: { state, join, check, remind, withdraw, leave } }: LobbyProps) {
  const signedIn = useSession((session) => session.status);
  const card = useQuery({
    queryKey: ["room", roomId, "card"],
    queryFn: () => roomCard(roomId),
    refetchInterval: CARD_EVERY_MS,
    initialData: () => embeddedCard(roomId),
    initialDataUpdatedAt: embeddedAt_ms,
    enabled: state.step !== "refused",
    retry: (failures, error) => !(error instanceof ApiError) && failures < 2,
  });
  const isHost = useIsHost(roomId);
  const isKnown = card.data !== undefined;
  const posterUrl = card.data?.poster_url ?? null;
  const hasFilm = card.data?.film?.playable ?? false;
  useEffect(() => {
    if (!isKnown) return;
    void afterPoster(posterUrl, () => {
      void fetchRoom();
      if (hasFilm) void fetchStream();
    });
  }, [isKnown, posterUrl, hasFilm]);

  const refusal = state.step === "refused" ? state.code : cardRefusal(card);
  useEffect(() => {
    if (refusal === "closed") forgetRoom(roomId);
  }, [refusal, roomId]);

  const startAgain = useCallback(() => {
    leave();
    void card.refetch();
  }, [leave, card.refetch]);

  const isLoading = !refusal && (!card.data || signedIn === "unknown" || isHost === undefined);
  useEffect(() => {
    if (!isLoading) removeSkeleton();
  }, [isLoading]);

  if (refusal) return <Refused code={refusal} onStartAgain={startAgain} />;
  // The form starts with the account's name, so it waits until that is known.
  if (!card.data || signedIn === "unknown" || isHost === undefined)
    return <LoadingScreen label={t`Opening the room`} />;
  if (state.step === "waiting") {
    return (
      <Waiting
        card={card.data}
        since_ms={state.since_ms}
        onCheck={check}
        onRemind={() => void remind()}
        onCancel={() => void withdraw()}
      />
    );
  }
  const wrongPassword = state.step === "form" && state.wrongPassword;
  return (
    <JoinForm
      card={card.data}
      isHost={isHost}
      asksPassword={card.data.password_required || wrongPassword}
      wrongPassword={wrongPassword}
      busy={state.step === "joining"}
      onJoin={join}
    />
  );
}

/** Whether the room is the visitor's own; undefined while that is unknown. The card is the same for everyone. */
function useIsHost(roomId: string): boolean | undefined {
  const signedIn = useSession((session) => session.status === "signed_in");
  const { data, isPending } = useQuery({
    queryKey: ["room", roomId, "mine"],
    queryFn: () => readRoom(roomId),
    enabled: signedIn,
    retry: false,
  });
  if (signedIn && isPending) return undefined;
  return data?.kind === "room" && data.you.role === "host";
}

/** Why even the card cannot be shown, if so. */
function cardRefusal({ data, error }: { data: unknown; error: Error | null }): RefusalCode | null {
  if (!error || data) return null;
  const { status, code } = error instanceof ApiError ? error : { status: 0, code: "" };
  return refusalCode(status, code);
}

/**
 * Joins without the form after the visitor has created the room: they have clicked already, so the browser allows
 * sound. The flag is in the navigation state and not in the URL, because opening a link must never join a room.
 */
function useJoinAtOnce(join: () => void): void {
  const { state } = useLocation();
  const created = (state as { created?: boolean } | null)?.created === true;
  const done = useRef(false);
  useEffect(() => {
    // The navigation state survives a reload, the user gesture does not.
    if (!created || done.current || navigator.userActivation?.hasBeenActive === false) return;
    done.current = true;
    join();
  }, [created, join]);
}

/** Dark colours around the film, unless the visitor has chosen a theme; toasts at the top, away from the text field. */
function useCinemaLook(): void {
  useLayoutEffect(() => {
    const { dataset } = document.documentElement;
    const dims = currentTheme() === "system";
    if (dims) dataset.theme = "dark";
    dataset.toasts = "top";
    return () => {
      if (dims) delete dataset.theme;
      delete dataset.toasts;
    };
  }, []);
}

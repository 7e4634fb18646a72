/** The route /r/:roomId: the gate, the wait at the door, the room, or why not. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useLocation, useNavigate, useParams } from "react-router";
import { ApiError } from "@/api/errors";
import { roomCard } from "@/api/rooms";
import { useSession } from "@/api/session";
import { JoinGate } from "@/lobby/JoinGate";
import { Refused } from "@/lobby/Refused";
import { type RefusalCode, refusalCode } from "@/lobby/refusals";
import { type Join, useJoin } from "@/lobby/useJoin";
import { useDoorWatch, Waiting } from "@/lobby/Waiting";
import { LoadingScreen } from "@/ui/Spinner";
import { currentTheme } from "@/ui/theme";
import { forgetRoom } from "@/visitor/recentRooms";
import { RoomProvider } from "./state/RoomContext";
import { keepAnswer } from "./state/roomFacts";

// The gate is small and opens at once; the room comes over while somebody reads it.
const fetchRoom = () => import("./Room");
const fetchStream = () => import("@/player/video/HlsStream");
const Room = lazy(fetchRoom);

/** Who is in and where the film is change while somebody hesitates at the gate. */
const LOOK_EVERY_MS = 10_000;

export default function RoomPage() {
  const { roomId = "" } = useParams();
  useCinema();
  // Another room is another stay: nothing of the former one may remain.
  return <Way key={roomId} roomId={roomId} />;
}

function Way({ roomId }: { roomId: string }) {
  const queries = useQueryClient();
  const join = useJoin(
    roomId,
    useCallback((answer) => keepAnswer(queries, roomId, answer), [queries, roomId]),
  );
  useJoinAtOnce(() => void join.join({}));
  const navigate = useNavigate();
  const { stay, bearer, leave } = join;
  const session = stay.step === "inside" ? stay.session : null;
  const here = useMemo(
    () => (session ? { roomId, session, bearer } : null),
    [roomId, session, bearer],
  );
  if (!here) return <Outside roomId={roomId} join={join} />;
  return (
    <RoomProvider value={here}>
      <Room
        onLeave={() => {
          leave();
          navigate("/");
        }}
      />
    </RoomProvider>
  );
}

function Outside({ roomId, join: door }: OutsideProps) {
  const { stay, join, lookAtTheDoor, remind, withdraw, leave } = door;
  const signedIn = useSession((state) => state.status);
  const card = useQuery({
    queryKey: ["room", roomId, "card"],
    queryFn: () => roomCard(roomId),
    refetchInterval: LOOK_EVERY_MS,
    enabled: stay.step !== "refused",
    retry: (failures, error) => !(error instanceof ApiError) && failures < 2,
  });
  useDoorWatch(stay.step === "waiting", lookAtTheDoor);
  useEffect(() => void fetchRoom(), []);
  const hasFilm = card.data?.film?.playable ?? false;
  useEffect(() => {
    if (hasFilm) void fetchStream();
  }, [hasFilm]);

  const shut = stay.step === "refused" ? stay.code : cardRefusal(card);
  useEffect(() => {
    if (shut === "closed") forgetRoom(roomId);
  }, [shut, roomId]);

  const again = useCallback(() => {
    leave();
    void card.refetch();
  }, [leave, card.refetch]);

  if (shut) return <Refused code={shut} onAgain={again} />;
  // The name in the form comes from the account, so it waits until that is known.
  if (!card.data || signedIn === "unknown") return <LoadingScreen label="Opening the room" />;
  if (stay.step === "waiting") {
    return (
      <Waiting
        card={card.data}
        since_ms={stay.since_ms}
        onRemind={() => void remind()}
        onCancel={() => void withdraw()}
      />
    );
  }
  const wrongPassword = stay.step === "gate" && stay.wrongPassword;
  return (
    <JoinGate
      card={card.data}
      asksPassword={card.data.password_required || wrongPassword}
      wrongPassword={wrongPassword}
      busy={stay.step === "asking"}
      onJoin={join}
    />
  );
}

/** Why not even the card can be shown. */
function cardRefusal({ data, error }: { data: unknown; error: Error | null }): RefusalCode | null {
  if (!error || data) return null;
  const { status, code } = error instanceof ApiError ? error : { status: 0, code: "" };
  return refusalCode(status, code);
}

interface OutsideProps {
  roomId: string;
  join: Join;
}

/**
 * Whoever has just made the room has tapped already, so the browser will let it sound. The wish
 * travels with the navigation and not in the address: a link must never join by itself.
 */
function useJoinAtOnce(join: () => void): void {
  const { state } = useLocation();
  const wished = (state as { created?: boolean } | null)?.created === true;
  const done = useRef(false);
  useEffect(() => {
    // The wish outlives a reload, the tap does not.
    if (!wished || done.current || navigator.userActivation?.hasBeenActive === false) return;
    done.current = true;
    join();
  }, [wished, join]);
}

/**
 * Turns the lights down around a film, unless the person has chosen a theme, and keeps messages
 * away from the field at the bottom.
 */
export function useCinema(): void {
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

import { useQuery } from "@tanstack/react-query";
import { type Playback, playback } from "@/api/videos";
import { useRoom } from "../RoomContext";

/** Renewed at this share of its life: early enough for one more try. */
const RENEW_AT = 0.5;
const SHORTEST_MS = 15_000;

interface Wanted {
  filmId: string | null;
  /** Nothing is granted for a film that has no picture yet. */
  playable: boolean;
}

/**
 * The address of the room's film. Each answer also sets the cookie that opens it for a few minutes,
 * so it is asked for again all the while, also from a tab in the background.
 */
export function useManifest({ filmId, playable }: Wanted): string | null {
  const { roomId, bearer } = useRoom();
  const grant = useQuery({
    queryKey: ["room", roomId, "playback", filmId],
    queryFn: () => playback(filmId ?? "", { room_id: roomId }, bearer()),
    enabled: filmId !== null && playable,
    refetchInterval: ({ state }) => (state.data ? renewIn_ms(state.data) : false),
    refetchIntervalInBackground: true,
    refetchOnReconnect: "always",
    refetchOnWindowFocus: true,
    retry: 3,
  });
  return filmId === null ? null : (grant.data?.manifest_url ?? null);
}

function renewIn_ms({ expires_at }: Playback): number {
  return Math.max(SHORTEST_MS, (Date.parse(expires_at) - Date.now()) * RENEW_AT);
}

import { useQuery } from "@tanstack/react-query";
import { type Playback, playback } from "@/api/videos";
import type { Sidecar } from "@/player/video/Captions";
import { useRoom } from "../state/RoomContext";
import { playbackKey } from "../state/roomFacts";

/**
 * Renewed at this share of its life: early enough for two more tries. Counted from its arrival, because
 * the calendar of this device may be wrong.
 */
const RENEW_AT = 1 / 3;

interface Wanted {
  filmId: string | null;
  /** Nothing is granted for a film that has no picture yet. */
  playable: boolean;
}

interface Source {
  manifestUrl: string;
  spritesUrl: string | null;
  sidecars: Sidecar[];
}

/**
 * Where the room's film plays. Each answer also sets the cookie that opens it for a few minutes, so
 * it is asked for again all the while, also from a tab in the background.
 */
export function usePlaybackGrant({ filmId, playable }: Wanted): Source | null {
  const { roomId, bearer } = useRoom();
  const grant = useQuery({
    queryKey: playbackKey(roomId, filmId),
    queryFn: () => playback(filmId ?? "", { room_id: roomId }, bearer()),
    enabled: filmId !== null && playable,
    // Without the instant of its end, a renewed grant is the same value as before.
    select: sourceOf,
    refetchInterval: ({ state }) =>
      state.data ? state.data.expires_in_s * 1000 * RENEW_AT : false,
    refetchIntervalInBackground: true,
    refetchOnReconnect: "always",
    refetchOnWindowFocus: true,
  });
  return grant.data ?? null;
}

function sourceOf({ manifest_url, sprites_url, subtitle_tracks = [] }: Playback): Source {
  const sidecars = subtitle_tracks.flatMap(({ label, language, url }) =>
    url == null ? [] : [{ label, language, url }],
  );
  return { manifestUrl: manifest_url, spritesUrl: sprites_url ?? null, sidecars };
}

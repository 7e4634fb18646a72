import { useQuery } from "@tanstack/react-query";
import { ApiError } from "@/api/errors";
import { type Playback, playback } from "@/api/videos";
import type { Sidecar } from "@/player/video/Captions";
import { useRoom } from "../state/RoomContext";
import { playbackKey } from "../state/roomFacts";

/**
 * The grant is renewed after this share of its lifetime, early enough for two more attempts. The lifetime is counted from
 * its arrival, because this device's date may be wrong.
 */
const RENEW_AT = 1 / 3;
/** How often a page asks whether a site that has stopped its films serves them again. */
const STOPPED_POLL_MS = 60_000;

interface GrantOptions {
  filmId: string | null;
  /** There is no grant for a film without playable parts. */
  playable: boolean;
}

interface PlaybackSource {
  manifestUrl: string;
  spritesUrl: string | null;
  sidecars: Sidecar[];
  chapters: Playback["chapters"];
}

interface PlaybackGrant {
  source: PlaybackSource | null;
  /** The site serves no films at present. */
  stopped: boolean;
}

/**
 * Where the room's film is played from. Each answer also sets a cookie that grants access for a few minutes, so the grant
 * is renewed all the time, including in background tabs.
 */
export function usePlaybackGrant({ filmId, playable }: GrantOptions): PlaybackGrant {
  const { roomId, bearer } = useRoom();
  const grant = useQuery({
    queryKey: playbackKey(roomId, filmId),
    queryFn: () => playback(filmId ?? "", { room_id: roomId }, bearer()),
    enabled: filmId !== null && playable,
    // Without its expiry, a renewed grant equals the one before.
    select: sourceOf,
    refetchInterval: ({ state }) => {
      if (isStopped(state.error)) return STOPPED_POLL_MS;
      return state.data ? state.data.expires_in_s * 1000 * RENEW_AT : false;
    },
    refetchIntervalInBackground: true,
    refetchOnReconnect: "always",
    refetchOnWindowFocus: true,
  });
  return { source: grant.data ?? null, stopped: isStopped(grant.error) };
}

function isStopped(error: Error | null): boolean {
  return error instanceof ApiError && error.code === "films_stopped";
}

function sourceOf(granted: Playback): PlaybackSource {
  const { manifest_url, sprites_url, subtitle_tracks = [], chapters = [] } = granted;
  const sidecars = subtitle_tracks.flatMap(({ label, language, url }) =>
    url == null ? [] : [{ label, language, url }],
  );
  return { manifestUrl: manifest_url, spritesUrl: sprites_url ?? null, sidecars, chapters };
}

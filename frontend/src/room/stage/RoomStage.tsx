import { useMemo } from "react";
import { useSession } from "@/api/session";
import { Stage } from "@/player/Stage";
import { mayControlRoom } from "@/sync/playbackControls";
import { cx } from "@/ui/cx";
import { FloatingChat } from "../chat/FloatingChat";
import { useAskForControl } from "../control/ControlRequests";
import { usePendingVideo } from "../film/usePendingFilm";
import { usePlaybackGrant } from "../film/usePlaybackGrant";
import { FloatingReactions } from "../reactions/FloatingReactions";
import { QuickReactions } from "../reactions/QuickReactions";
import { useRoom, useRoomState } from "../state/RoomContext";
import { useRoomFacts } from "../state/roomFacts";
import { EmptyStage } from "./EmptyStage";
import { Ended } from "./Ended";
import { stageContent } from "./stageContent";
import { WaitingFor } from "./WaitingFor";

interface RoomStageProps {
  /** Takes all available space instead of a 16:9 box. */
  fills: boolean;
  rounded: boolean;
  /** The panel is hidden. */
  chatOverFilm: boolean;
  theatre: boolean;
  onTheatre: (theatre: boolean) => void;
  onChooseFilm: () => void;
}

export function RoomStage(props: RoomStageProps) {
  const { fills, rounded, chatOverFilm, theatre, onTheatre, onChooseFilm } = props;
  const { session } = useRoom();
  const { data: room } = useRoomFacts();
  const pending = usePendingVideo();
  const canControl = useRoomState(mayControlRoom);
  const signedIn = useSession((state) => state.status === "signed_in");
  const askForControl = useAskForControl();
  const film = room?.film;
  const { source, stopped } = usePlaybackGrant({
    filmId: film?.id ?? null,
    playable: film?.playable ?? false,
  });
  const content = stageContent({ film, pending, mayAdd: canControl && signedIn, stopped });

  const videoId = film?.id;
  const title = film?.title ?? "";
  const posterUrl = room?.poster_url;
  // Memoised, because the stage starts again with each new object.
  const media = useMemo(
    () => source && { ...source, kind: kindOf(source.manifestUrl), videoId, title, posterUrl },
    [source, videoId, title, posterUrl],
  );
  return (
    <div
      className={cx(
        "relative overflow-hidden bg-black",
        rounded && "rounded-2xl",
        fills || rounded ? "min-h-0 w-full grow" : "aspect-video w-full",
      )}
    >
      <Stage
        session={session}
        media={content.kind === "film" ? media : null}
        onAskControl={askForControl}
        theatre={theatre}
        onTheatre={onTheatre}
        emptyState={<EmptyStage content={content} onChooseFilm={onChooseFilm} />}
        overlay={
          <>
            <Ended onChooseFilm={onChooseFilm} />
            <FloatingReactions />
            {chatOverFilm && <FloatingChat />}
            {fills && <QuickReactions />}
            <WaitingFor />
          </>
        }
      />
    </div>
  );
}

function kindOf(manifestUrl: string): "hls" | "file" {
  return new URL(manifestUrl, location.href).pathname.endsWith(".m3u8") ? "hls" : "file";
}

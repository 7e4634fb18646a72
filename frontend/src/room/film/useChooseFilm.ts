import { useCallback } from "react";
import { createLink, type NewLink } from "@/api/videos";
import { showUploadError } from "@/upload/UploadRow";
import { uploads } from "@/upload/uploads";
import { useChangeRoom } from "../state/roomFacts";
import { useSetPendingFilm } from "./usePendingFilm";

export interface ChosenFilm {
  id: string;
  playable: boolean;
}

/** Shows a film in the room: at once if it is playable, otherwise as soon as it is. */
export function useChooseFilm(): (film: ChosenFilm) => void {
  const { change } = useChangeRoom();
  const setPending = useSetPendingFilm();
  return useCallback(
    (film) => {
      if (film.playable) change({ video_id: film.id });
      setPending(film.playable ? null : film.id);
    },
    [change, setPending],
  );
}

/** Starts the upload, or adds the link; calls `use` with the film, or shows why there is none. */
export async function addFilm(
  added: { file: File } | { link: NewLink },
  use: (film: ChosenFilm) => void,
): Promise<void> {
  try {
    if ("file" in added) use({ id: await uploads.start(added.file), playable: false });
    else use(await createLink(added.link));
  } catch (error) {
    showUploadError(error);
  }
}

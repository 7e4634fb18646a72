import { useCallback } from "react";
import { createLink, type NewLink } from "@/api/videos";
import { showUploadError } from "@/upload/UploadRow";
import { uploads } from "@/upload/uploads";
import { useChangeRoom } from "../state/roomFacts";
import { usePendingFilm } from "./usePendingFilm";

interface ChosenFilm {
  id: string;
  playable: boolean;
}

/** Shows a film in the room: at once if it is playable, otherwise as soon as it is. */
export function useChooseFilm() {
  const { change } = useChangeRoom();
  const setPending = usePendingFilm((state) => state.choose);

  const choose = useCallback(
    (film: ChosenFilm) => {
      if (film.playable) change({ video_id: film.id });
      setPending(film.playable ? null : film.id);
    },
    [change, setPending],
  );

  const upload = useCallback(
    async (file: File) => {
      try {
        choose({ id: await uploads.start(file), playable: false });
      } catch (error) {
        showUploadError(error);
      }
    },
    [choose],
  );

  const openLink = useCallback(
    async (link: NewLink) => {
      try {
        choose(await createLink(link));
      } catch (error) {
        showUploadError(error);
      }
    },
    [choose],
  );

  return { choose, upload, openLink };
}

import { useCallback } from "react";
import { createLink, type NewLink } from "@/api/videos";
import { complain } from "@/upload/UploadRow";
import { uploads } from "@/upload/uploads";
import { useChangeRoom } from "../state/roomFacts";
import { usePendingFilm } from "./usePendingFilm";

interface Choice {
  id: string;
  playable: boolean;
}

/** Puts a film on: at once when it plays already, else as soon as it does. */
export function useChooseFilm() {
  const { change } = useChangeRoom();
  const wish = usePendingFilm((state) => state.choose);

  const choose = useCallback(
    (film: Choice) => {
      if (film.playable) change({ video_id: film.id });
      wish(film.playable ? null : film.id);
    },
    [change, wish],
  );

  const upload = useCallback(
    async (file: File) => {
      try {
        choose({ id: await uploads.start(file), playable: false });
      } catch (error) {
        complain(error);
      }
    },
    [choose],
  );

  const follow = useCallback(
    async (link: NewLink) => {
      try {
        choose(await createLink(link));
      } catch (error) {
        complain(error);
      }
    },
    [choose],
  );

  return { choose, upload, follow };
}

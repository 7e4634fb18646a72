import type { VideoStatus } from "@/api/videos";
import { Progress } from "@/ui/Progress";
import { useUploadOf } from "@/upload/uploads";
import { useHostName } from "../useHostName";
import { arrival } from "./arrival";
import { UploadRemedy } from "./UploadRemedy";

interface FilmOnItsWayProps {
  film: { id: string; title: string; status: VideoStatus; progress: number };
}

/** A film that has no picture yet: how far it is, and what is left to do. */
export function FilmOnItsWay({ film }: FilmOnItsWayProps) {
  const upload = useUploadOf(film.id);
  const hostName = useHostName();
  const { headline, detail, share } = arrival(film, upload, hostName);
  return (
    <div className="w-full max-w-md text-center">
      <p className="truncate text-sm text-muted">{film.title}</p>
      <h2 className="mt-1 text-title font-bold tabular-nums" role="status">
        {headline}
      </h2>
      <Progress label={headline} value={share} className="mt-5" />
      <p className="mt-3 min-h-6 text-sm text-pretty text-muted">{detail}</p>
      {upload && <UploadRemedy upload={upload} />}
    </div>
  );
}

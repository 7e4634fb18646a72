import type { VideoStatus } from "@/api/videos";
import { Name } from "@/ui/Name";
import { Progress } from "@/ui/Progress";
import { UploadRow } from "@/upload/UploadRow";
import { useUploadOf } from "@/upload/uploads";
import { useHostName } from "../state/roomFacts";
import { filmProgress } from "./filmProgress";

interface IncomingFilmProps {
  film: { id: string; title: string; status: VideoStatus; progress: number };
}

/** A film that is not playable yet, with its progress. */
export default function IncomingFilm({ film }: IncomingFilmProps) {
  const upload = useUploadOf(film.id);
  const hostName = useHostName();
  const { headline, detail, share } = filmProgress(film, upload, hostName);
  const uploading = upload && upload.phase !== "done" && film.status === "uploading";
  return (
    <div className="w-full max-w-md text-center">
      {!uploading && (
        <p className="text-sm text-muted">
          <Name>{film.title}</Name>
        </p>
      )}
      <h2 className="mt-1 mb-5 text-title font-bold tabular-nums">{headline}</h2>
      {uploading ? (
        <div className="text-start">
          <UploadRow upload={upload} />
        </div>
      ) : (
        <Progress label={headline} value={share} />
      )}
      <p className="mt-3 text-sm text-pretty text-muted">{detail}</p>
    </div>
  );
}

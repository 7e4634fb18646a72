import { t } from "@lingui/core/macro";
import { useMutation, useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { sentenceFor } from "@/api/errors";
import { useSession } from "@/api/session";
import { failureText, mayRecover, retryVideo, video } from "@/api/videos";
import { mayControlRoom } from "@/sync/playbackControls";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/format";
import { showToast } from "@/ui/Toast";
import { ProblemReport } from "@/upload/ProblemReport";
import { useRoomState } from "../state/RoomContext";
import { StageNote } from "./StageNote";

interface FilmFailedProps {
  film: { id: string; title: string };
  onChooseAnother: () => void;
}

/** A film that could not be encoded. Only its owner sees the reason. */
export default function FilmFailed({ film, onChooseAnother }: FilmFailedProps) {
  const signedIn = useSession((state) => state.status === "signed_in");
  const canControl = useRoomState(mayControlRoom);
  const details = useQuery({
    queryKey: ["video", film.id, "failure"],
    queryFn: () => video(film.id),
    enabled: signedIn,
    retry: false,
  });
  const retry = useMutation({
    mutationFn: () => retryVideo(film.id),
    onError: (error) => showToast(sentenceFor(error), { tone: "danger" }),
  });
  const canRetry = details.data !== undefined && mayRecover(details.data);
  return (
    <StageNote
      icon={<TriangleAlert />}
      title={t`“${isolated(film.title)}” can’t be played`}
      action={
        <>
          {canRetry && (
            <Button variant="primary" busy={retry.isPending} onClick={() => retry.mutate()}>
              {t`Try again`}
            </Button>
          )}
          {canControl && (
            <Button variant={canRetry ? "secondary" : "primary"} onClick={onChooseAnother}>
              {t`Choose another film`}
            </Button>
          )}
          {details.data?.status === "failed" && <ProblemReport videoId={film.id} onStage />}
        </>
      }
    >
      {details.data?.failure ? failureText(details.data.failure) : t`We couldn’t prepare it.`}
    </StageNote>
  );
}

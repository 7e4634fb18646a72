import { t } from "@lingui/core/macro";
import { CirclePause, Clapperboard } from "lucide-react";
import { lazy, Suspense } from "react";
import { isolated } from "@/ui/format";
import { Spinner } from "@/ui/Spinner";
import { useHostName } from "../state/roomFacts";
import { StageNote } from "./StageNote";
import type { StageContent } from "./stageContent";

// They include the uploader; viewers of a playable film never need them.
const AddFilm = lazy(() => import("./AddFilm"));
const IncomingFilm = lazy(() => import("./IncomingFilm"));
const FilmFailed = lazy(() => import("./FilmFailed"));

interface EmptyStageProps {
  content: StageContent;
  onChooseFilm: () => void;
}

/** The stage without a playable film. */
export function EmptyStage({ content, onChooseFilm }: EmptyStageProps) {
  return (
    <div className="@container absolute inset-0 grid place-items-center overflow-y-auto bg-surface p-4 text-text in-data-[layout=immersive]:pt-16">
      <Suspense fallback={<Loading />}>
        <Content content={content} onChooseFilm={onChooseFilm} />
      </Suspense>
    </div>
  );
}

function Content({ content, onChooseFilm }: EmptyStageProps) {
  switch (content.kind) {
    case "add_film":
      return <AddFilm onOpenLibrary={onChooseFilm} />;
    case "no_film":
      return <NoFilmYet />;
    case "incoming":
      return <IncomingFilm film={content.film} />;
    case "failed":
      return <FilmFailed film={content.film} onChooseAnother={onChooseFilm} />;
    case "stopped":
      return <FilmsStopped />;
    case "unknown":
    case "film":
      return <Loading />;
  }
}

function Loading() {
  return <Spinner className="size-7 text-muted" />;
}

function FilmsStopped() {
  return (
    <StageNote icon={<CirclePause />} title={t`Films are paused`}>
      {t`This site’s budget for the month is used up. Chat stays open.`}
    </StageNote>
  );
}

function NoFilmYet() {
  const hostName = useHostName();
  return (
    <StageNote icon={<Clapperboard />} title={t`${isolated(hostName)} is choosing a film`}>
      {t`It will appear here. Say hi in the chat.`}
    </StageNote>
  );
}

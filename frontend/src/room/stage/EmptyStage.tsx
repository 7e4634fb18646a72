import { Clapperboard } from "lucide-react";
import { lazy, Suspense } from "react";
import { Spinner } from "@/ui/Spinner";
import { useHostName } from "../state/roomFacts";
import { StageNote } from "./StageNote";
import type { Scene } from "./stageContent";

// They bring the uploader along; whoever joins a film that plays never needs them.
const AddFilm = lazy(() => import("./AddFilm"));
const FilmOnItsWay = lazy(() => import("./IncomingFilm"));
const FilmFailed = lazy(() => import("./FilmFailed"));

interface SceneryProps {
  scene: Scene;
  onChooseFilm: () => void;
}

/** The stage while no film plays. */
export function Scenery({ scene, onChooseFilm }: SceneryProps) {
  return (
    <div className="@container absolute inset-0 grid place-items-center overflow-y-auto bg-surface p-4 text-text">
      <Suspense fallback={<Looking />}>
        <Decor scene={scene} onChooseFilm={onChooseFilm} />
      </Suspense>
    </div>
  );
}

function Decor({ scene, onChooseFilm }: SceneryProps) {
  switch (scene.kind) {
    case "add":
      return <AddFilm onOpenLibrary={onChooseFilm} />;
    case "nothing_yet":
      return <NoFilmYet />;
    case "arriving":
      return <FilmOnItsWay film={scene.film} />;
    case "failed":
      return <FilmFailed film={scene.film} onChooseAnother={onChooseFilm} />;
    case "unknown":
    case "film":
      return <Looking />;
  }
}

function Looking() {
  return <Spinner className="size-7 text-muted" />;
}

export function NoFilmYet() {
  const hostName = useHostName();
  return (
    <StageNote icon={<Clapperboard />} title={`${hostName} is choosing a film`}>
      It will appear here. Say hi in the chat.
    </StageNote>
  );
}

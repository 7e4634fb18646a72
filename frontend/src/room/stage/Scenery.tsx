import { Spinner } from "@/ui/Spinner";
import { AddFilm } from "./AddFilm";
import { FilmFailed } from "./FilmFailed";
import { FilmOnItsWay } from "./FilmOnItsWay";
import { NoFilmYet } from "./NoFilmYet";
import type { Scene } from "./scene";

interface SceneryProps {
  scene: Scene;
  onChooseFilm: () => void;
}

/** The stage while no film plays. */
export function Scenery({ scene, onChooseFilm }: SceneryProps) {
  return (
    <div className="@container absolute inset-0 grid place-items-center overflow-y-auto bg-surface p-4 text-text">
      <Decor scene={scene} onChooseFilm={onChooseFilm} />
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
      return <Spinner className="size-7 text-muted" />;
  }
}

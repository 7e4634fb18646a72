import { Film, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useSession } from "@/api/session";
import { Button } from "@/ui/Button";
import { formatBytes } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { LoadingScreen } from "@/ui/Spinner";
import { DropZone } from "@/upload/DropZone";
import type { FilmSource } from "./partyPlan";

const LibraryChoice = lazy(() => import("./LibraryChoice"));

interface FilmChoiceProps {
  film: FilmSource;
  onChange: (film: FilmSource) => void;
}

export function FilmChoice({ film, onChange }: FilmChoiceProps) {
  const hasLibrary = useSession((session) => session.account !== null);
  const [browsing, setBrowsing] = useState(false);

  if (film.kind !== "none")
    return <Chosen film={film} onClear={() => onChange({ kind: "none" })} />;
  if (browsing) {
    return (
      <Suspense fallback={<LoadingScreen label="Loading your library" />}>
        <LibraryChoice
          onBack={() => setBrowsing(false)}
          onChoose={({ id, title }) => onChange({ kind: "library", video_id: id, title })}
        />
      </Suspense>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <DropZone onFiles={([file]) => file && onChange({ kind: "file", file })} />
      {hasLibrary && (
        <Button variant="ghost" onClick={() => setBrowsing(true)}>
          Choose from my library
        </Button>
      )}
    </div>
  );
}

function Chosen({
  film,
  onClear,
}: {
  film: Exclude<FilmSource, { kind: "none" }>;
  onClear: () => void;
}) {
  const isFile = film.kind === "file";
  return (
    <div className="flex items-center gap-3 rounded-2xl bg-accent-soft py-2 pr-2 pl-4">
      <Film className="size-5 shrink-0 text-accent-text" aria-hidden="true" />
      <div className="min-w-0 grow">
        <p className="truncate font-medium">
          <bdi>{isFile ? film.file.name : film.title}</bdi>
        </p>
        <p className="text-sm text-muted">
          {isFile
            ? `${formatBytes(film.file.size)}, uploads while you invite people`
            : "From your library"}
        </p>
      </div>
      <IconButton label="Choose another film" onClick={onClear}>
        <X />
      </IconButton>
    </div>
  );
}

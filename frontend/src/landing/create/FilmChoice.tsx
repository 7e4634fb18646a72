import { t } from "@lingui/core/macro";
import { Film, X } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useSession } from "@/api/session";
import { useSiteConfig } from "@/api/siteConfig";
import { Button } from "@/ui/Button";
import { formatBytes } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { Name } from "@/ui/Name";
import { LoadingScreen } from "@/ui/Spinner";
import { useDropped } from "@/ui/window/DropTarget";
import type { Dropped } from "@/ui/window/dropped";
import { DropZone } from "@/upload/DropZone";
import { uploadRefusal } from "@/upload/preflight";
import type { PlannedFilm } from "./partyPlan";

const LibraryChoice = lazy(() => import("./LibraryChoice"));
const LinkForm = lazy(() => import("@/link/LinkForm"));

interface FilmChoiceProps {
  film: PlannedFilm;
  /** Chosen before the form was open. */
  dropped: Dropped | null;
  onChange: (film: PlannedFilm) => void;
}

export function FilmChoice({ film, dropped, onChange }: FilmChoiceProps) {
  const hasLibrary = useSession((session) => session.account !== null);
  const [browsing, setBrowsing] = useState(false);
  const [linking, setLinking] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const config = useSiteConfig();

  /** Refuses a file that is no video before the rest of the form is filled in. The quota is checked at upload. */
  function choose(file: File) {
    const limits = { max_upload_bytes: config?.max_upload_bytes ?? null, free_bytes: null };
    const sentence = uploadRefusal(file, limits);
    setRefused(sentence);
    if (sentence === null) onChange({ kind: "file", file });
  }

  function take({ files: [file], link }: Dropped) {
    if (film.kind !== "none") onChange({ kind: "none" });
    setBrowsing(false);
    setLinking(link !== null);
    setLink(link);
    if (file) choose(file);
  }
  useDropped(take);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each drop
  useEffect(() => {
    if (dropped) take(dropped);
  }, [dropped]);

  if (film.kind !== "none")
    return <Chosen film={film} onClear={() => onChange({ kind: "none" })} />;
  if (browsing) {
    return (
      <Suspense fallback={<LoadingScreen label={t`Loading your library`} />}>
        <LibraryChoice
          onBack={() => setBrowsing(false)}
          onChoose={({ id, title }) => onChange({ kind: "library", video_id: id, title })}
        />
      </Suspense>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <DropZone onFiles={([file]) => file && choose(file)} />
      {refused && (
        <p role="alert" className="rounded-xl bg-danger-soft px-4 py-3 text-danger-text">
          {refused}
        </p>
      )}
      <div className="flex flex-wrap justify-center gap-x-2">
        {hasLibrary && (
          <Button
            variant="ghost"
            onClick={() => {
              setRefused(null);
              setBrowsing(true);
            }}
          >
            {t`Choose from your library`}
          </Button>
        )}
        <Button
          variant="ghost"
          aria-expanded={linking}
          onClick={() => {
            setRefused(null);
            setLinking(!linking);
          }}
        >
          {t`Paste a link`}
        </Button>
      </div>
      {linking && (
        <Suspense fallback={<div className="h-24" />}>
          <LinkForm initial={link} onLink={(link) => onChange({ kind: "link", link })} />
        </Suspense>
      )}
    </div>
  );
}

type ChosenFilm = Exclude<PlannedFilm, { kind: "none" }>;

function described(film: ChosenFilm): [name: string, remark: string] {
  switch (film.kind) {
    case "file":
      return [film.file.name, t`${formatBytes(film.file.size)} · uploads while you invite people`];
    case "link":
      return [film.link.title, new URL(film.link.source_url).host];
    case "library":
      return [film.title, t`From your library`];
  }
}

function Chosen({ film, onClear }: { film: ChosenFilm; onClear: () => void }) {
  const [name, remark] = described(film);
  return (
    <div className="flex items-center gap-3 rounded-2xl bg-accent-soft py-2 pe-2 ps-4">
      <Film className="size-5 shrink-0 text-accent-text" aria-hidden="true" />
      <div className="min-w-0 grow">
        <p className="font-medium">
          <Name>{name}</Name>
        </p>
        <p className="truncate text-sm text-muted">{remark}</p>
      </div>
      <IconButton label={t`Choose another film`} onClick={onClear}>
        <X />
      </IconButton>
    </div>
  );
}

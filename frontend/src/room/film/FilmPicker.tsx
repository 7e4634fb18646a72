import { t } from "@lingui/core/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Film as FilmIcon } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { sentenceFor } from "@/api/errors";
import { type Video, videos } from "@/api/videos";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { formatFilmTime } from "@/ui/filmTime";
import { Name } from "@/ui/Name";
import { LoadingScreen } from "@/ui/Spinner";
import { useDropped } from "@/ui/window/DropTarget";
import type { Dropped } from "@/ui/window/dropped";
import { DropZone } from "@/upload/DropZone";
import { addFilm, type ChosenFilm, useChooseFilm } from "./useChooseFilm";

const LinkForm = lazy(() => import("@/link/LinkForm"));

interface FilmPickerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title?: string | undefined;
  /** What was dropped or pasted in the room; it needs no other choice. */
  dropped?: Dropped | null;
  /** What to do with the choice; by default, the room shows it. */
  onPick?: ((film: ChosenFilm) => void) | undefined;
}

/** The visitor's films to choose from, and ways to add another. */
export default function FilmPicker(props: FilmPickerProps) {
  const { open, onOpenChange, title = t`Choose a film`, dropped = null, onPick } = props;
  const choose = useChooseFilm();
  const use = onPick ?? choose;
  const [link, setLink] = useState<string | null>(null);
  const close = () => onOpenChange(false);
  const upload = (file: File | undefined) => {
    close();
    if (file) void addFilm({ file }, use);
  };
  const take = ({ files, link: pasted }: Dropped) => {
    setLink(pasted);
    if (files.length > 0) upload(files[0]);
  };
  useDropped(open ? take : null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each drop
  useEffect(() => {
    if (dropped) take(dropped);
  }, [dropped]);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title} size="lg">
      <div className="flex flex-col gap-4">
        <DropZone onFiles={([file]) => upload(file)} />
        <Suspense fallback={<div className="h-24" />}>
          <LinkForm
            initial={link}
            onLink={(added) => {
              close();
              void addFilm({ link: added }, use);
            }}
          />
        </Suspense>
      </div>
      <FilmGrid
        onPick={(film) => {
          close();
          use(film);
        }}
      />
    </Dialog>
  );
}

function FilmGrid({ onPick }: { onPick: (film: Video) => void }) {
  const library = useInfiniteQuery({
    queryKey: ["videos", "picker"],
    queryFn: ({ pageParam }) => videos({ limit: 24, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  if (library.error) return <p className="mt-4 text-danger-text">{sentenceFor(library.error)}</p>;
  if (!library.data) return <LoadingScreen label={t`Loading your library`} />;
  const films = library.data.pages.flatMap((page) => page.items);
  const usable = films.filter((film) => film.status !== "failed");
  if (usable.length === 0) {
    return <p className="mt-4 text-center text-muted">{t`Your library is empty.`}</p>;
  }
  return (
    <>
      <ul className="mt-4 grid grid-cols-2 gap-3 sm:grid-cols-3">
        {usable.map((film) => (
          <li key={film.id}>
            <Poster film={film} onPick={() => onPick(film)} />
          </li>
        ))}
      </ul>
      {library.hasNextPage && (
        <div className="mt-4 flex justify-center">
          <Button busy={library.isFetchingNextPage} onClick={() => library.fetchNextPage()}>
            {t`Show more`}
          </Button>
        </div>
      )}
    </>
  );
}

function Poster({ film, onPick }: { film: Video; onPick: () => void }) {
  return (
    <button
      type="button"
      onClick={onPick}
      className="group w-full rounded-2xl p-1.5 text-start hover:bg-hover"
    >
      <span className="relative grid aspect-video w-full place-items-center overflow-hidden rounded-xl bg-sunken text-muted">
        {film.poster_url ? (
          <img src={film.poster_url} alt="" loading="lazy" className="size-full object-cover" />
        ) : (
          <FilmIcon className="size-6" aria-hidden="true" />
        )}
        {film.duration_s !== null && (
          <span className="absolute end-1.5 bottom-1.5 rounded-md bg-black/75 px-1.5 text-xs text-white tabular-nums">
            {formatFilmTime(film.duration_s)}
          </span>
        )}
      </span>
      <span className="mt-1.5 block px-1 text-sm font-medium">
        <Name>{film.title}</Name>
      </span>
      {!film.playable && <span className="block px-1 text-xs text-muted">{t`Not ready yet`}</span>}
    </button>
  );
}

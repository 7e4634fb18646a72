import { t } from "@lingui/core/macro";
import { Search } from "lucide-react";
import { useState } from "react";
import { ProblemScreen } from "@/api/ProblemScreen";
import { Button } from "@/ui/Button";
import { Input } from "@/ui/Field";
import { isolated } from "@/ui/format";
import { LoadingScreen } from "@/ui/Spinner";
import { showToast } from "@/ui/Toast";
import { useTitle } from "@/ui/useTitle";
import { useDropped } from "@/ui/window/DropTarget";
import { DropZone } from "@/upload/DropZone";
import { UploadList } from "@/upload/UploadList";
import { showUploadError } from "@/upload/UploadRow";
import { uploads } from "@/upload/uploads";
import { SelectionBar } from "./SelectionBar";
import { useLibrary } from "./useLibrary";
import { VideoGrid } from "./VideoGrid";
import { matches } from "./videoFacts";

export default function LibraryPage() {
  useTitle(t`Library`);
  const library = useLibrary();
  const [search, setSearch] = useState("");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  async function start(files: File[]) {
    for (const file of files) await uploads.start(file).then(library.reload, showUploadError);
  }

  useDropped(({ files }) => {
    if (files.length > 0) void start([...files]);
    else showToast(t`A link is watched in a room. Start a watch party and paste it there.`);
  });

  function remove(ids: string[]) {
    library.remove(ids);
    setSelected(new Set());
  }

  if (library.error) return <ProblemScreen error={library.error} onRetry={library.refetch} />;
  const shown = library.items.filter((video) => matches(video, search));
  const { isEmpty } = library;

  return (
    <div className="mx-auto flex w-full max-w-7xl flex-col gap-6 px-4 py-6 sm:px-8">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h1 className="text-title font-bold">{t`Library`}</h1>
        {library.items.length > 3 && <SearchField value={search} onChange={setSearch} />}
      </div>
      <DropZone
        multiple
        onFiles={(files) => void start(files)}
        title={isEmpty ? t`Add your first film` : undefined}
        hint={t`You can watch while we prepare it.`}
        compact={!isEmpty}
        className={isEmpty ? "[&_button]:py-24" : undefined}
      />
      <UploadList className="rounded-3xl bg-surface p-4 ring-1 ring-line sm:p-6" />
      {library.isPending && <LoadingScreen label={t`Loading your library`} />}
      {search && shown.length === 0 && (
        <p className="py-12 text-center text-muted">{t`No films match “${isolated(search)}”.`}</p>
      )}
      <VideoGrid
        videos={shown}
        selected={selected}
        onSelect={setSelected}
        onRename={(id, title) => library.rename({ id, title })}
        onRetry={library.retry}
        onDelete={(id) => remove([id])}
      />
      {library.hasMore && (
        <Button className="self-center" busy={library.isLoadingMore} onClick={library.loadMore}>
          {t`Show more`}
        </Button>
      )}
      {selected.size > 0 && (
        <SelectionBar
          count={selected.size}
          onDelete={() => remove([...selected])}
          onClear={() => setSelected(new Set())}
        />
      )}
    </div>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <div className="relative w-full sm:w-72">
      <Search
        className="pointer-events-none absolute top-1/2 start-3.5 size-4 -translate-y-1/2 text-muted"
        aria-hidden="true"
      />
      <Input
        type="search"
        aria-label={t`Search your library`}
        placeholder={t`Search`}
        className="ps-10"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

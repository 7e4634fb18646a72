import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { ProblemScreen } from "@/api/ProblemScreen";
import { useSession } from "@/api/session";
import { Button } from "@/ui/Button";
import { Input } from "@/ui/Field";
import { LoadingScreen } from "@/ui/Spinner";
import { useTitle } from "@/ui/useTitle";
import { DropZone } from "@/upload/DropZone";
import { showUploadError, UploadRow } from "@/upload/UploadRow";
import { uploads, useUploads } from "@/upload/uploads";
import { SelectionBar } from "./SelectionBar";
import { useLibrary } from "./useLibrary";
import { VideoGrid } from "./VideoGrid";
import { matches } from "./videoFacts";

export default function LibraryPage() {
  useTitle("Library");
  const accountId = useSession((session) => session.account?.id);
  const library = useLibrary();
  const [search, setSearch] = useState("");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  // biome-ignore lint/correctness/useExhaustiveDependencies: another account has other unfinished uploads
  useEffect(() => void uploads.restore(), [accountId]);

  async function start(files: File[]) {
    for (const file of files) await uploads.start(file).then(library.reload, showUploadError);
  }

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
        <h1 className="text-title font-bold">Library</h1>
        {library.items.length > 3 && <SearchField value={search} onChange={setSearch} />}
      </div>
      <DropZone
        multiple
        onFiles={(files) => void start(files)}
        title={isEmpty ? "Add your first film" : undefined}
        hint="You can watch while we prepare it."
        compact={!isEmpty}
        className={isEmpty ? "[&_button]:py-24" : undefined}
      />
      <UploadList />
      {library.isPending && <LoadingScreen label="Loading your library" />}
      {search && shown.length === 0 && (
        <p className="py-12 text-center text-muted">No films match “{search}”.</p>
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
          Show more
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
        className="pointer-events-none absolute top-1/2 left-3.5 size-4 -translate-y-1/2 text-muted"
        aria-hidden="true"
      />
      <Input
        type="search"
        aria-label="Search your library"
        placeholder="Search"
        className="pl-10"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

/** Unfinished uploads; a finished one is a film in the grid. */
function UploadList() {
  const open = useUploads().filter((upload) => upload.phase !== "done");
  if (open.length === 0) return null;
  return (
    <section aria-label="Uploads" className="rounded-3xl bg-surface p-4 ring-1 ring-line sm:p-6">
      <ul className="flex flex-col gap-5">
        {open.map((upload) => (
          <li key={upload.id}>
            <UploadRow upload={upload} />
          </li>
        ))}
      </ul>
      <p className="mt-5 border-t border-line pt-4 text-sm text-muted">
        Safe to close: choose the same file later to resume.
      </p>
    </section>
  );
}

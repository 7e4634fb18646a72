import { UploadRow } from "@/upload/UploadRow";
import { useUploads } from "@/upload/uploads";

/** Uploads that are under way or wait for something; a finished one is a film in the grid. */
export function UploadList() {
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
        You can close this page and go on later by choosing the same file.
      </p>
    </section>
  );
}

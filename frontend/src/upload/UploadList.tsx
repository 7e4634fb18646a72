import { t } from "@lingui/core/macro";
import { UploadRow } from "./UploadRow";
import { useUploads } from "./uploads";

/** Unfinished uploads; a finished one is a film in the library. */
export function UploadList({ className }: { className?: string }) {
  const open = useUploads().filter((upload) => upload.phase !== "done");
  if (open.length === 0) return null;
  return (
    <section aria-label={t`Uploads`} className={className}>
      <ul className="flex flex-col gap-5">
        {open.map((upload) => (
          <li key={upload.id}>
            <UploadRow upload={upload} />
          </li>
        ))}
      </ul>
      <p className="mt-5 border-t border-line pt-4 text-sm text-muted">
        {t`Safe to close: choose the same file later to resume.`}
      </p>
    </section>
  );
}

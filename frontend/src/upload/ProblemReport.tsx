import { t } from "@lingui/core/macro";
import { Download } from "lucide-react";
import { useSubmission } from "@/api/useSubmission";
import { failureBundle } from "@/api/videos";
import { saveAs } from "@/browser/saveAs";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";

interface ProblemReportProps {
  videoId: string;
  /** On the stage, which has no room for the explanation on a phone. */
  onStage?: boolean;
}

/** Saves what explains a failure to the owner's own disk. Nothing is sent from here. */
export function ProblemReport({ videoId, onStage = false }: ProblemReportProps) {
  const { busy, submit, message } = useSubmission();
  const download = async () =>
    saveAs(`watchparty-problem-${videoId}.zip`, await failureBundle(videoId), "application/zip");
  return (
    <div
      className={cx("flex flex-col gap-1", onStage ? "w-full items-center" : "mt-2 items-start")}
    >
      <Button busy={busy} onClick={() => void submit(download)}>
        <Download aria-hidden="true" /> {t`Save problem report`}
      </Button>
      <p className={cx("text-xs text-pretty text-muted", onStage && "hidden @md:block")}>
        {t`Technical details and the start of your file, saved only to this device.`}
      </p>
      {message && (
        <p role="alert" className="text-sm text-danger-text">
          {message}
        </p>
      )}
    </div>
  );
}

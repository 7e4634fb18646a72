import { t } from "@lingui/core/macro";
import { Pause, Play, RotateCcw, X } from "lucide-react";
import { useRef } from "react";
import { sentenceFor } from "@/api/errors";
import { Button } from "@/ui/Button";
import { formatBytes, formatRate, formatWait } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { Name } from "@/ui/Name";
import { Progress } from "@/ui/Progress";
import { showToast } from "@/ui/Toast";
import { ACCEPT } from "./preflight";
import type { Upload } from "./upload";
import { UploadRefused } from "./uploadManager";
import { uploads } from "./uploads";

function uploadSentence({ phase, sent, size, speed, message }: Upload): string {
  const share = t`${formatBytes(sent)} of ${formatBytes(size)}`;
  switch (phase) {
    case "checking":
      return t`Checking file…`;
    case "queued":
      return t`Queued`;
    case "uploading":
      return speed
        ? t`${share} · ${formatRate(speed.bytes_per_s)} · ${formatWait(speed.left_s)} left`
        : share;
    case "waiting":
      return message ?? share;
    case "paused":
      return t`Paused at ${share}`;
    case "choose_file":
      return t`Stopped at ${Math.round((sent / size) * 100)}%. Choose the same file to resume.`;
    case "done":
      return t`Uploaded`;
    case "failed":
      return message ?? t`The upload failed.`;
  }
}

export function showUploadError(error: unknown): void {
  const sentence = error instanceof UploadRefused ? error.message : sentenceFor(error);
  showToast(sentence, { tone: "danger", lasts_ms: 8000 });
}

export function UploadRow({ upload }: { upload: Upload }) {
  const { phase, sent, size, title } = upload;
  const stopped = phase === "paused" || phase === "choose_file" || phase === "failed";
  return (
    <div className="flex items-center gap-3">
      <div className="min-w-0 grow">
        <p className="font-medium">
          <Name>{title}</Name>
        </p>
        <Progress
          label={t`Upload progress for ${title}`}
          value={size > 0 ? sent / size : undefined}
          tone={stopped ? "muted" : "accent"}
          className="my-1.5"
        />
        <p
          className={`text-sm tabular-nums ${phase === "failed" ? "text-danger-text" : "text-muted"}`}
        >
          {uploadSentence(upload)}
        </p>
      </div>
      <UploadActions upload={upload} />
    </div>
  );
}

function UploadActions({ upload: { id, phase } }: { upload: Upload }) {
  return (
    <div className="flex shrink-0">
      {(phase === "uploading" || phase === "waiting" || phase === "queued") && (
        <IconButton label={t`Pause`} onClick={() => uploads.pause(id)}>
          <Pause />
        </IconButton>
      )}
      {phase === "paused" && (
        <IconButton label={t`Resume`} onClick={() => uploads.resume(id)}>
          <Play />
        </IconButton>
      )}
      {phase === "failed" && (
        <IconButton label={t`Try again`} onClick={() => uploads.resume(id)}>
          <RotateCcw />
        </IconButton>
      )}
      {phase === "choose_file" && <ChooseFile id={id} />}
      {phase !== "done" && (
        <IconButton
          label={t`Cancel upload`}
          onClick={() => uploads.cancel(id).catch(showUploadError)}
        >
          <X />
        </IconButton>
      )}
    </div>
  );
}

function ChooseFile({ id }: { id: string }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button onClick={() => input.current?.click()}>{t`Choose file`}</Button>
      <input
        ref={input}
        type="file"
        accept={ACCEPT}
        className="hidden"
        aria-label={t`Original file`}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) uploads.chooseFile(id, file).catch(showUploadError);
          event.target.value = "";
        }}
      />
    </>
  );
}

import { sentenceFor } from "@/api/errors";
import { Button } from "@/ui/Button";
import { showToast } from "@/ui/Toast";
import type { Upload } from "@/upload/upload";
import { UploadRefused } from "@/upload/uploadManager";
import { uploads } from "@/upload/uploads";
import { DropZone } from "../film/DropZone";

/** What the person who uploads can do about it, if anything. */
export function UploadRemedy({ upload }: { upload: Upload }) {
  const { id, phase } = upload;
  if (phase === "uploading") {
    return (
      <Button variant="ghost" onClick={() => uploads.pause(id)}>
        Pause
      </Button>
    );
  }
  if (phase === "paused" || phase === "failed") {
    return (
      <Button variant="primary" onClick={() => uploads.resume(id)}>
        {phase === "paused" ? "Go on" : "Try again"}
      </Button>
    );
  }
  if (phase === "choose_file") return <DropZone compact onFile={(file) => void goOn(id, file)} />;
  return null;
}

async function goOn(id: string, file: File): Promise<void> {
  try {
    await uploads.chooseFile(id, file);
  } catch (error) {
    const text = error instanceof UploadRefused ? error.message : sentenceFor(error);
    showToast(text, { tone: "danger" });
  }
}

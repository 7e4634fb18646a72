import { useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { useSubmission } from "@/api/useSubmission";
import { addSubtitles, removeSubtitles, type Video } from "@/api/videos";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import { Select } from "@/ui/Select";
import { factsFrom, LANGUAGES, languageLabel } from "./subtitleFile";

const CHOICES = [
  { value: "und", label: "Detect from file name" },
  ...LANGUAGES.map((value) => ({ value, label: languageLabel(value) })),
];

/** A film's subtitle files. Subtitles inside the film are listed only in the player. */
export function SubtitlesDialog({ video, onClose }: { video: Video; onClose: () => void }) {
  const queries = useQueryClient();
  const { busy, submit, message } = useSubmission();
  const change = (act: () => Promise<unknown>) =>
    void submit(async () => {
      await act();
      await queries.invalidateQueries({ queryKey: ["videos"] });
    });

  return (
    <Dialog open onOpenChange={onClose} title="Subtitles" description={video.title}>
      <ul>
        {video.subtitle_tracks.map(
          ({ id, label }) =>
            id && (
              <li key={id} className="flex min-h-12 items-center gap-2">
                <span className="grow">{label}</span>
                <IconButton
                  label={`Remove ${label}`}
                  onClick={() => change(() => removeSubtitles(video.id, id))}
                >
                  <Trash2 />
                </IconButton>
              </li>
            ),
        )}
      </ul>
      <AddFile
        busy={busy}
        onAdd={(file, language) => {
          const facts =
            language === "und"
              ? factsFrom(file.name)
              : { language, label: languageLabel(language) };
          change(() => addSubtitles(video.id, file, facts));
        }}
      />
      {message && (
        <p role="alert" className="mt-3 text-danger-text">
          {message}
        </p>
      )}
    </Dialog>
  );
}

interface AddFileProps {
  busy: boolean;
  onAdd: (file: File, language: string) => void;
}

function AddFile({ busy, onAdd }: AddFileProps) {
  const input = useRef<HTMLInputElement>(null);
  const [language, setLanguage] = useState("und");
  return (
    <div className="mt-3 flex flex-wrap items-end gap-2">
      <Field label="Language" className="min-w-48 grow">
        <Select value={language} onChange={setLanguage} options={CHOICES} />
      </Field>
      <Button variant="primary" busy={busy} onClick={() => input.current?.click()}>
        Add subtitles
      </Button>
      <input
        ref={input}
        type="file"
        accept=".srt,.vtt"
        className="hidden"
        aria-label="Subtitle file"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onAdd(file, language);
          event.target.value = "";
        }}
      />
    </div>
  );
}

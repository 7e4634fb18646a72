import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { useSubmission } from "@/api/useSubmission";
import {
  addSubtitles,
  previewSubtitles,
  removeSubtitles,
  type SubtitleReading,
  type Video,
} from "@/api/videos";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";
import { isolated } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { Select } from "@/ui/Select";
import { ReadingChoice } from "./ReadingChoice";
import { factsFrom, LANGUAGES, languageLabel, type SubtitleFacts } from "./subtitleFile";

const choices = () => [
  { value: "und", label: t`Detect from file name` },
  ...LANGUAGES.map((value) => ({ value, label: languageLabel(value) })),
];

interface Unread {
  file: File;
  facts: SubtitleFacts;
  readings: SubtitleReading[];
}

/** A film's subtitle files. Subtitles inside the film are listed only in the player. */
export function SubtitlesDialog({ video, onClose }: { video: Video; onClose: () => void }) {
  const queries = useQueryClient();
  const { busy, submit, message } = useSubmission();
  const [unread, setUnread] = useState<Unread>();
  const change = (act: () => Promise<unknown>) =>
    void submit(async () => {
      await act();
      await queries.invalidateQueries({ queryKey: ["videos"] });
    });
  /** Old files do not say their character set: where several fit, a person tells them apart at a glance. */
  const addOrAsk = async (file: File, facts: SubtitleFacts) => {
    const readings = await previewSubtitles(video.id, file, facts.language);
    if (readings.length > 1) setUnread({ file, facts, readings });
    else await addSubtitles(video.id, file, facts);
  };

  return (
    <Dialog open onOpenChange={onClose} title={t`Subtitles`} description={isolated(video.title)}>
      <ul>
        {video.subtitle_tracks.map(
          ({ id, label }) =>
            id && (
              <li key={id} className="flex min-h-12 items-center gap-2">
                <span className="grow">{label}</span>
                <IconButton
                  label={t`Remove ${label}`}
                  onClick={() => change(() => removeSubtitles(video.id, id))}
                >
                  <Trash2 />
                </IconButton>
              </li>
            ),
        )}
      </ul>
      {unread ? (
        <ReadingChoice
          readings={unread.readings}
          busy={busy}
          onCancel={() => setUnread(undefined)}
          onChoose={(charset) =>
            change(async () => {
              await addSubtitles(video.id, unread.file, { ...unread.facts, charset });
              setUnread(undefined);
            })
          }
        />
      ) : (
        <AddFile
          busy={busy}
          onAdd={(file, language) => {
            const facts =
              language === "und"
                ? factsFrom(file.name)
                : { language, label: languageLabel(language) };
            change(() => addOrAsk(file, facts));
          }}
        />
      )}
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
      <Field label={t`Language`} className="min-w-48 grow">
        <Select value={language} onChange={setLanguage} options={choices()} />
      </Field>
      <Button variant="primary" busy={busy} onClick={() => input.current?.click()}>
        {t`Add subtitles`}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".srt,.vtt,.ass,.ssa,.sub"
        className="hidden"
        aria-label={t`Subtitle file`}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) onAdd(file, language);
          event.target.value = "";
        }}
      />
    </div>
  );
}

import { t } from "@lingui/core/macro";
import { useId, useState } from "react";
import type { SubtitleReading } from "@/api/videos";
import { Button } from "@/ui/Button";

interface ReadingChoiceProps {
  readings: SubtitleReading[];
  busy: boolean;
  onChoose: (charset: string) => void;
  onCancel: () => void;
}

/** Lets a person choose how a subtitle file reads. The most likely reading is first and chosen. */
export function ReadingChoice({ readings, busy, onChoose, onCancel }: ReadingChoiceProps) {
  const name = useId();
  const [chosen, setChosen] = useState(readings[0]?.charset ?? "");
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        onChoose(chosen);
      }}
    >
      <fieldset>
        <legend className="mb-2 font-medium">{t`Which one reads right?`}</legend>
        {readings.map(({ charset, sample }) => (
          <label
            key={charset}
            className="mb-2 flex cursor-pointer gap-3 rounded-lg border border-line p-3 has-checked:border-accent"
          >
            <input
              type="radio"
              name={name}
              value={charset}
              checked={charset === chosen}
              onChange={() => setChosen(charset)}
              className="mt-1 size-4 shrink-0 accent-accent"
            />
            <span className="min-w-0">
              {sample.map((line) => (
                <bdi key={line} className="block break-words">
                  {line}
                </bdi>
              ))}
            </span>
          </label>
        ))}
      </fieldset>
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>{t`Cancel`}</Button>
        <Button type="submit" variant="primary" busy={busy}>
          {t`Add subtitles`}
        </Button>
      </div>
    </form>
  );
}

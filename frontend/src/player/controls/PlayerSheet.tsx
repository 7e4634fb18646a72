import { t } from "@lingui/core/macro";
import { Cast, PictureInPicture2, SkipBack, SkipForward } from "lucide-react";
import { useId } from "react";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { usePlayerView, useStage } from "../playback/StageContext";
import { ChapterLabel } from "./ChapterLabel";
import { goToNeighbour, useChapters, useCurrentChapter, usePlayableChapters } from "./chapters";
import {
  type ChoiceList,
  useAudioChoice,
  useQualityChoice,
  useSpeedChoice,
  useSubtitleChoice,
} from "./choices";

const HEADING = "mb-2 text-xs font-semibold tracking-wide text-muted uppercase";

interface PlayerSheetProps {
  onClose: () => void;
}

/** What the menus of a wide stage contain, for phones. */
export default function PlayerSheet({ onClose }: PlayerSheetProps) {
  const { player } = useStage();
  const canPip = usePlayerView((view) => view.canPip);
  const canCast = usePlayerView((view) => view.canCast);
  const choices = [useSubtitleChoice(), useQualityChoice(), useAudioChoice(), useSpeedChoice()];
  return (
    <Dialog open onOpenChange={onClose} title={t`Player settings`}>
      <div className="space-y-5">
        {choices.map((choice) => choice && <Choices key={choice.label} {...choice} />)}
        <Chapters onDone={onClose} />
        {canPip && (
          <Button className="w-full" onClick={() => void player.togglePip()}>
            <PictureInPicture2 aria-hidden="true" />
            {t`Picture in picture`}
          </Button>
        )}
        {canCast && (
          <Button className="w-full" onClick={() => player.chooseScreen()}>
            <Cast aria-hidden="true" />
            {t`Play on a TV`}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Chapters({ onDone }: { onDone: () => void }) {
  const stage = useStage();
  const chapters = useChapters();
  const current = useCurrentChapter(chapters);
  const isPlayable = usePlayableChapters();
  if (chapters.length === 0) return null;
  return (
    <section aria-label={t`Chapters`}>
      <h3 className={HEADING}>{t`Chapters`}</h3>
      <div className="mb-2 flex gap-2">
        <Button className="grow" onClick={() => goToNeighbour(stage, "previous")}>
          <SkipBack aria-hidden="true" />
          {t`Previous`}
        </Button>
        <Button className="grow" onClick={() => goToNeighbour(stage, "next")}>
          {t`Next`}
          <SkipForward aria-hidden="true" />
        </Button>
      </div>
      <ol className="max-h-56 overflow-y-auto rounded-xl ring-1 ring-line ring-inset">
        {chapters.map((chapter) => (
          <li key={chapter.start_s}>
            <button
              type="button"
              disabled={!isPlayable(chapter)}
              aria-current={chapter === current || undefined}
              onClick={() => {
                stage.controls.seek(chapter.start_s);
                onDone();
              }}
              className="flex min-h-11 w-full items-center px-4 text-start text-[0.9375rem] hover:bg-hover disabled:opacity-45 aria-current:bg-accent-soft aria-current:font-semibold"
            >
              <ChapterLabel {...chapter} />
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Choices({ label, value, options, choose }: ChoiceList) {
  const group = useId();
  return (
    <fieldset>
      <legend className={HEADING}>{label}</legend>
      <div className="flex flex-wrap gap-2">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex min-h-11 cursor-pointer items-center rounded-xl px-4 text-[0.9375rem] ring-1 ring-line ring-inset has-checked:bg-accent has-checked:font-semibold has-checked:text-on-accent has-checked:ring-0 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text"
          >
            <input
              type="radio"
              name={group}
              className="sr-only"
              checked={option.value === value}
              onChange={() => choose(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

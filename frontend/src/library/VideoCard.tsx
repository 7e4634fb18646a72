import { t } from "@lingui/core/macro";
import { Clapperboard, Play } from "lucide-react";
import { Link } from "react-router";
import type { Video } from "@/api/videos";
import { failureText } from "@/api/videos";
import { Badge } from "@/ui/Badge";
import { buttonClass } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { formatFilmTime } from "@/ui/filmTime";
import { isolated } from "@/ui/format";
import { Name } from "@/ui/Name";
import { Progress } from "@/ui/Progress";
import { ProblemReport } from "@/upload/ProblemReport";
import { VideoMenu, type VideoMenuProps } from "./VideoMenu";
import { canStartParty, factsLine, lostText, statusFact } from "./videoFacts";

interface VideoCardProps extends VideoMenuProps {
  isSelected: boolean;
  /** Another card is selected, so all show their checkboxes. */
  isSelecting: boolean;
  onToggle: () => void;
}

export function VideoCard(props: VideoCardProps) {
  const { video } = props;
  return (
    <article className="group flex flex-col gap-3">
      <Poster {...props} />
      <div className="flex items-start gap-1">
        <div className="min-w-0 grow">
          <h2 className="font-semibold">
            <Name>{video.title}</Name>
          </h2>
          <p className="truncate text-sm text-muted tabular-nums">{factsLine(video)}</p>
          {video.status === "uploading" && (
            <p className="mt-1 text-sm text-muted">
              {t`Upload unfinished. Choose the same file to resume.`}
            </p>
          )}
          {lostText(video).map((sentence) => (
            <p key={sentence} className="mt-1 text-sm text-warn-text">
              <bdi>{sentence}</bdi>
            </p>
          ))}
          {video.failure && (
            <p className="mt-1 text-sm text-danger-text">{failureText(video.failure)}</p>
          )}
          {video.status === "failed" && <ProblemReport videoId={video.id} />}
        </div>
        <VideoMenu {...props} />
      </div>
    </article>
  );
}

function Poster({ video, isSelected, isSelecting, onToggle }: VideoCardProps) {
  const fact = statusFact(video);
  return (
    <div
      className={cx(
        "relative aspect-video overflow-hidden rounded-2xl bg-sunken ring-1 transition-shadow",
        isSelected ? "ring-3 ring-accent" : "ring-line group-hover:shadow-high",
      )}
    >
      {video.poster_url ? (
        <img src={video.poster_url} alt="" loading="lazy" className="size-full object-cover" />
      ) : (
        <div className="grid size-full place-items-center bg-linear-to-br from-raised to-sunken text-muted">
          <Clapperboard className="size-9 opacity-60" aria-hidden="true" />
        </div>
      )}
      <label
        className={cx(
          "absolute top-0 start-0 grid size-14 place-items-center transition-opacity",
          !isSelecting &&
            "pointer-fine:opacity-0 group-focus-within:opacity-100 group-hover:opacity-100",
        )}
      >
        <input
          type="checkbox"
          checked={isSelected}
          onChange={onToggle}
          aria-label={t`Select ${video.title}`}
          className="size-5 cursor-pointer accent-(--accent)"
        />
      </label>
      {video.status !== "ready" && (
        <span className="absolute top-3 end-3 flex rounded-full bg-raised">
          <Badge tone={fact.tone}>{fact.label}</Badge>
        </span>
      )}
      {video.duration_s !== null && (
        <span className="absolute end-3 bottom-3 rounded-md bg-black/75 px-1.5 py-0.5 text-xs font-semibold text-white tabular-nums">
          {formatFilmTime(video.duration_s)}
        </span>
      )}
      {canStartParty(video) && <PartyLink video={video} />}
      {(video.status === "processing" || video.status === "queued") && (
        <Progress
          label={t`Preparing ${video.title}`}
          value={video.status === "queued" ? undefined : video.progress}
          className="absolute inset-x-0 bottom-0 h-1 rounded-none"
        />
      )}
    </div>
  );
}

function PartyLink({ video }: { video: Video }) {
  const query = new URLSearchParams({ video: video.id, title: video.title });
  return (
    <Link
      to={`/new?${query}`}
      aria-label={t`Start party with ${isolated(video.title)}`}
      className={cx(
        buttonClass("primary"),
        "absolute bottom-3 start-3 transition-opacity pointer-fine:opacity-0 group-focus-within:opacity-100 group-hover:opacity-100",
      )}
    >
      <Play className="fill-current" aria-hidden="true" /> {t`Start party`}
    </Link>
  );
}

import { t } from "@lingui/core/macro";
import { lazy, Suspense } from "react";
import { Badge } from "@/ui/Badge";
import { cx } from "@/ui/cx";
import { isolated } from "@/ui/format";
import { Name } from "@/ui/Name";
import { usePendingVideo } from "./film/usePendingFilm";
import { ReactionBar } from "./reactions/ReactionBar";
import { useFilm } from "./state/roomFacts";

const LostParts = lazy(() => import("./film/LostParts"));

/** The film's title and the reactions; between them, the progress of a film that is not ready. */
export function UnderStage({ compact }: { compact: boolean }) {
  const film = useFilm();
  const coming = usePendingVideo();
  const bar = (
    <div
      className={cx(
        "flex shrink-0 items-center gap-3",
        compact ? "justify-center border-b border-line px-1" : "min-h-12 justify-between px-2",
      )}
    >
      {!compact && (
        <div className="flex min-w-0 items-center gap-3">
          <p className="min-w-0 font-medium">
            <Name>{film?.title}</Name>
          </p>
          {film?.playable && film.status === "processing" && (
            <Badge tone="accent">
              {t`Better quality on its way · ${Math.floor(film.progress * 100)}%`}
            </Badge>
          )}
          {film && coming && (
            <Badge tone="accent">{t`Next: ${isolated(coming.title)} · getting ready`}</Badge>
          )}
        </div>
      )}
      <ReactionBar className={compact ? "w-full justify-around" : undefined} />
    </div>
  );
  // a server of an earlier version sends none
  if (!film?.playable || !film.losses?.length) return bar;
  return (
    <>
      {bar}
      <Suspense>
        <LostParts key={film.id} film={film} />
      </Suspense>
    </>
  );
}

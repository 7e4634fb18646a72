import { t } from "@lingui/core/macro";
import { ArrowDown, ArrowUp, Plus, SkipForward, Trash2 } from "lucide-react";
import { useState } from "react";
import type { QueuedFilm } from "@/api/rooms";
import { useSession } from "@/api/session";
import { Button } from "@/ui/Button";
import { IconButton } from "@/ui/IconButton";
import { Name } from "@/ui/Name";
import { UploadList } from "@/upload/UploadList";
import FilmPicker from "../film/FilmPicker";
import { useFilm } from "../state/roomFacts";
import { moved, useQueue } from "./useQueue";

/** The queue, for members who may control the film. */
export default function QueuePanel() {
  const { items, save, next } = useQueue();
  const film = useFilm();
  const hasLibrary = useSession((session) => session.account !== null);
  const [picking, setPicking] = useState<"now" | "later" | null>(null);
  return (
    <div className="flex h-full flex-col gap-3 overflow-y-auto overscroll-contain p-4">
      <section aria-label={t`Now playing`}>
        <h2 className="text-xs font-semibold tracking-wide text-muted uppercase">{t`Now`}</h2>
        <div className="flex min-h-11 items-center justify-between gap-2">
          <p className="min-w-0 font-medium">
            <Name>{film?.title ?? t`Nothing yet`}</Name>
          </p>
          {hasLibrary && (
            <Button onClick={() => setPicking("now")}>{film ? t`Change` : t`Choose a film`}</Button>
          )}
        </div>
      </section>
      <UploadList />
      <section aria-label={t`Up next`} className="grow">
        <h2 className="text-xs font-semibold tracking-wide text-muted uppercase">{t`Up next`}</h2>
        {items.length === 0 && (
          <p className="py-2 text-sm text-muted">
            {hasLibrary ? t`Queue what to watch next.` : t`Sign in to add films.`}
          </p>
        )}
        <ol>
          {items.map((item, index) => (
            <Row
              // biome-ignore lint/suspicious/noArrayIndexKey: a film can be in the queue twice
              key={`${item.video_id}-${index}`}
              item={item}
              onUp={index > 0 ? () => save(moved(items, index, index - 1)) : undefined}
              onDown={
                index < items.length - 1 ? () => save(moved(items, index, index + 1)) : undefined
              }
              onRemove={() => save(items.filter((_, other) => other !== index))}
            />
          ))}
        </ol>
        {hasLibrary && (
          <Button className="mt-2" onClick={() => setPicking("later")}>
            <Plus aria-hidden="true" />
            {t`Add to queue`}
          </Button>
        )}
      </section>
      {items.length > 0 && (
        <Button variant="primary" onClick={next}>
          <SkipForward aria-hidden="true" />
          {t`Play next`}
        </Button>
      )}
      <FilmPicker
        open={picking !== null}
        title={picking === "later" ? t`Add to the queue` : undefined}
        onOpenChange={() => setPicking(null)}
        onPick={picking === "later" ? (film) => save([...items, { video_id: film.id }]) : undefined}
      />
    </div>
  );
}

interface RowProps {
  item: QueuedFilm;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
  onRemove: () => void;
}

function Row({ item, onUp, onDown, onRemove }: RowProps) {
  const { title } = item;
  return (
    <li className="flex min-h-12 items-center gap-1">
      <span className="min-w-0 grow">
        <Name>{title}</Name>
        {!item.playable && <span className="block text-xs text-muted">{t`Not ready yet`}</span>}
      </span>
      <IconButton label={t`Move ${title} up`} disabled={!onUp} onClick={onUp}>
        <ArrowUp aria-hidden="true" />
      </IconButton>
      <IconButton label={t`Move ${title} down`} disabled={!onDown} onClick={onDown}>
        <ArrowDown aria-hidden="true" />
      </IconButton>
      <IconButton label={t`Remove ${title}`} onClick={onRemove}>
        <Trash2 aria-hidden="true" />
      </IconButton>
    </li>
  );
}

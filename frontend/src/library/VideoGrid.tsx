import { useState } from "react";
import type { Video } from "@/api/videos";
import { RenameDialog } from "./RenameDialog";
import { SubtitlesDialog } from "./SubtitlesDialog";
import { VideoCard } from "./VideoCard";

interface VideoGridProps {
  videos: Video[];
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onRename: (id: string, title: string) => void;
  onRetry: (id: string) => void;
  onDelete: (id: string) => void;
}

export function VideoGrid({
  videos,
  selected,
  onSelect,
  onRename,
  onRetry,
  onDelete,
}: VideoGridProps) {
  const [renaming, setRenaming] = useState<Video | null>(null);
  const [subtitling, setSubtitling] = useState<string | null>(null);
  const subtitled = videos.find((video) => video.id === subtitling);

  function toggle(id: string) {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  }

  return (
    <>
      <ul className="grid grid-cols-1 gap-x-5 gap-y-8 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
        {videos.map((video) => (
          <li key={video.id}>
            <VideoCard
              video={video}
              isSelected={selected.has(video.id)}
              isSelecting={selected.size > 0}
              onToggle={() => toggle(video.id)}
              onRename={() => setRenaming(video)}
              onRetry={() => onRetry(video.id)}
              onSubtitles={() => setSubtitling(video.id)}
              onDelete={() => onDelete(video.id)}
            />
          </li>
        ))}
      </ul>
      {renaming && (
        <RenameDialog
          title={renaming.title}
          onClose={() => setRenaming(null)}
          onRename={(title) => onRename(renaming.id, title)}
        />
      )}
      {subtitled && <SubtitlesDialog video={subtitled} onClose={() => setSubtitling(null)} />}
    </>
  );
}

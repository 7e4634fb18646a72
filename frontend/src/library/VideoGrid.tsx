import type { Video } from "@/api/videos";
import { VideoCard } from "./VideoCard";

interface VideoGridProps {
  videos: Video[];
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onRename: (id: string, title: string) => void;
  onRetry: (id: string) => void;
  onDelete: (id: string) => void;
}

export function VideoGrid(props: VideoGridProps) {
  const { videos, selected, onSelect, onRename, onRetry, onDelete } = props;

  function toggle(id: string) {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  }

  return (
    <ul className="grid grid-cols-1 gap-x-5 gap-y-8 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
      {videos.map((video) => (
        <li key={video.id}>
          <VideoCard
            video={video}
            isSelected={selected.has(video.id)}
            isSelecting={selected.size > 0}
            onToggle={() => toggle(video.id)}
            onRename={(title) => onRename(video.id, title)}
            onRetry={() => onRetry(video.id)}
            onDelete={() => onDelete(video.id)}
          />
        </li>
      ))}
    </ul>
  );
}

import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { sentenceFor } from "@/api/errors";
import { type Video, videos } from "@/api/videos";
import { Button } from "@/ui/Button";
import { LoadingScreen } from "@/ui/Spinner";

interface LibraryChoiceProps {
  onBack: () => void;
  onChoose: (video: Video) => void;
}

export default function LibraryChoice({ onBack, onChoose }: LibraryChoiceProps) {
  const list = useQuery({ queryKey: ["videos", "choice"], queryFn: () => videos({ limit: 50 }) });
  const usable = list.data?.items.filter((video) => video.status !== "failed") ?? [];
  return (
    <div className="flex flex-col gap-2">
      <Button variant="ghost" className="self-start" onClick={onBack}>
        <ArrowLeft className="rtl:-scale-x-100" aria-hidden="true" /> {t`Upload a film instead`}
      </Button>
      {list.isPending && <LoadingScreen label={t`Loading your library`} />}
      {list.error && <p className="text-danger-text">{sentenceFor(list.error)}</p>}
      {list.data && usable.length === 0 && (
        <p className="py-6 text-center text-muted">{t`Your library is empty.`}</p>
      )}
      <ul className="max-h-64 overflow-y-auto">
        {usable.map((video) => (
          <li key={video.id}>
            <button
              type="button"
              onClick={() => onChoose(video)}
              className="flex min-h-14 w-full items-center gap-3 rounded-xl px-2 text-start hover:bg-hover"
            >
              <span className="aspect-video w-16 shrink-0 overflow-hidden rounded-lg bg-sunken">
                {video.poster_url && (
                  <img src={video.poster_url} alt="" className="size-full object-cover" />
                )}
              </span>
              <bdi className="truncate">{video.title}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

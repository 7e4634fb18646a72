import { t } from "@lingui/core/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { sentenceFor } from "@/api/errors";
import { usePages } from "@/api/pages";
import { deleteVideo, renameVideo, retryVideo, type Video, videos } from "@/api/videos";
import { showToast } from "@/ui/Toast";
import { useUploads } from "@/upload/uploads";
import { isChanging } from "./videoFacts";

const KEY = ["videos"];
const POLL_MS = 2_000;

export function useLibrary() {
  const queries = useQueryClient();
  const list = usePages<Video>(KEY, videos, {
    refetchInterval: (items) => items.some(isChanging) && POLL_MS,
  });
  const uploads = useUploads();
  const finished = uploads.filter((upload) => upload.phase === "done").length;
  const uploading = new Set(
    uploads.filter(({ phase }) => phase !== "done").map((one) => one.video_id),
  );
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const reload = () => queries.invalidateQueries({ queryKey: KEY });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a finished upload changes the list
  useEffect(() => void reload(), [finished]);

  const onError = (error: Error) => showToast(sentenceFor(error), { tone: "danger" });
  const rename = useMutation({
    mutationFn: ({ id, title }: { id: string; title: string }) => renameVideo(id, title),
    onSuccess: reload,
    onError,
  });
  const retry = useMutation({ mutationFn: retryVideo, onSuccess: reload, onError });

  /** Hides the films at once and deletes them when the toast is gone, so that "Undo" needs no server. */
  function remove(ids: string[]): void {
    const show = () =>
      setHidden((before) => new Set([...before].filter((id) => !ids.includes(id))));
    setHidden((before) => new Set([...before, ...ids]));
    showToast(ids.length === 1 ? t`Film deleted.` : t`${ids.length} films deleted.`, {
      action: { label: t`Undo`, run: show },
      onExpire: () => {
        Promise.all(ids.map(deleteVideo))
          .catch((error: Error) => {
            show();
            onError(error);
          })
          .finally(() => void reload());
      },
    });
  }

  return {
    ...list,
    isEmpty: !list.isPending && list.items.length === 0,
    // An upload has its own row and needs no card.
    items: list.items.filter((video) => !hidden.has(video.id) && !uploading.has(video.id)),
    rename: rename.mutate,
    retry: retry.mutate,
    remove,
    reload,
  };
}

import { t } from "@lingui/core/macro";
import { TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { lostSentences } from "@/api/losses";
import type { Film } from "@/api/rooms";
import { IconButton } from "@/ui/IconButton";

/** What the film has lost, for everyone in the room, so that no one looks for the fault at home. */
export default function LostParts({ film }: { film: Film }) {
  const [hidden, setHidden] = useState<string | null>(null);
  const text = lostSentences(film).join(" ");
  if (hidden === text) return null;
  return (
    <div role="note" className="flex shrink-0 items-center gap-2 px-3 text-sm text-warn-text">
      <TriangleAlert className="size-4 shrink-0" aria-hidden="true" />
      <p className="line-clamp-3 min-w-0 grow text-pretty">
        <bdi>{text}</bdi>
      </p>
      <IconButton label={t`Hide`} onClick={() => setHidden(text)}>
        <X aria-hidden="true" />
      </IconButton>
    </div>
  );
}

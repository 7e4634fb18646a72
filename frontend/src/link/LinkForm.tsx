import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "react";
import type { NewLink } from "@/api/videos";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { type FilmLink, isPlaylist, readFilmLink } from "./filmLink";
import { probeDuration } from "./probeDuration";

/**
 * Accepts a link to a film on another server, after probing that this browser can play it. It is no form element,
 * because it is used inside the form that creates a room.
 */
interface LinkFormProps {
  onLink: (link: NewLink) => void;
  /** A link that was pasted or dropped on the page; it is added without another click. */
  initial?: string | null;
}

export default function LinkForm({ onLink, initial = null }: LinkFormProps) {
  const [pasted, setPasted] = useState(initial ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(text: string) {
    const link = readFilmLink(text, location.protocol);
    if (typeof link === "string") return setProblem(link);
    setBusy(true);
    setProblem(null);
    try {
      onLink(isPlaylist(link) ? link : await withDuration(link));
    } catch {
      setProblem(
        t`We couldn’t play that link. Make sure it points to the file itself and is public.`,
      );
    } finally {
      setBusy(false);
    }
  }

  const given = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each link that is given
  useEffect(() => {
    if (initial === null || initial === given.current) return;
    given.current = initial;
    setPasted(initial);
    void submit(initial);
  }, [initial]);

  return (
    <Field
      label={t`Link to a film`}
      hint={t`A direct link to a video file (.mp4 or .m3u8). Everyone streams it from there.`}
      error={problem}
    >
      <div className="flex gap-2">
        <Input
          type="text"
          inputMode="url"
          placeholder="https://"
          autoComplete="off"
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            void submit(pasted);
          }}
        />
        <Button busy={busy} onClick={() => void submit(pasted)}>
          {t`Add`}
        </Button>
      </div>
    </Field>
  );
}

async function withDuration(link: FilmLink): Promise<NewLink> {
  const duration_s = await probeDuration(link.source_url);
  return duration_s === undefined ? link : { ...link, duration_s };
}

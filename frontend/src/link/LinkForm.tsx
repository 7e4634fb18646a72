import { useState } from "react";
import type { NewLink } from "@/api/videos";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { type FilmLink, isPlaylist, readFilmLink } from "./filmLink";
import { probeDuration } from "./probeDuration";

/**
 * Accepts a link to a film on another server, after probing that this browser can play it. It is no form element,
 * because it is used inside the form that creates a room.
 */
export default function LinkForm({ onLink }: { onLink: (link: NewLink) => void }) {
  const [pasted, setPasted] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit() {
    const link = readFilmLink(pasted, location.protocol);
    if (typeof link === "string") return setProblem(link);
    setBusy(true);
    setProblem(null);
    try {
      onLink(isPlaylist(link) ? link : await withDuration(link));
    } catch {
      setProblem(
        "We couldn’t play that link. Make sure it points to the file itself and is public.",
      );
    } finally {
      setBusy(false);
    }
  }

  return (
    <Field
      label="Link to a film"
      hint="A direct link to a video file (.mp4 or .m3u8). Everyone streams it from there."
      error={problem}
    >
      <div className="flex gap-2">
        <Input
          type="url"
          placeholder="https://"
          autoComplete="off"
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            void submit();
          }}
        />
        <Button busy={busy} onClick={() => void submit()}>
          Add
        </Button>
      </div>
    </Field>
  );
}

async function withDuration(link: FilmLink): Promise<NewLink> {
  const duration_s = await probeDuration(link.source_url);
  return duration_s === undefined ? link : { ...link, duration_s };
}

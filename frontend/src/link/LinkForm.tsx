import { useState } from "react";
import type { NewLink } from "@/api/videos";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { isPlaylist, readFilmLink } from "./filmLink";
import { lengthOf } from "./lengthOf";

/**
 * Takes a link to a film that lies elsewhere. It is tried in this browser before it is anybody's film.
 * No form element: it stands inside the form that makes a room.
 */
export default function LinkForm({ onLink }: { onLink: (link: NewLink) => void }) {
  const [pasted, setPasted] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function take() {
    const link = readFilmLink(pasted, location.protocol);
    if (typeof link === "string") return setProblem(link);
    setBusy(true);
    setProblem(null);
    try {
      onLink(isPlaylist(link) ? link : { ...link, duration_s: await lengthOf(link.source_url) });
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
            void take();
          }}
        />
        <Button busy={busy} onClick={() => void take()}>
          Add
        </Button>
      </div>
    </Field>
  );
}
